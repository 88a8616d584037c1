"""Alerts fire for real: chaos.py WEBHOOK_PORT PROMETHEUS CHAIN BIN EXPORTER_PID.

Something is broken on a running chain (server, exporter, Prometheus with shortened rules, Alertmanager), the alert has to arrive at a webhook
and not earlier, and most causes are put right again, after which the alert has to end. scripts/lib/chain.sh starts the chain.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

# A loaded machine is slow; what does not happen at all takes this long to fail.
PATIENCE = float(os.environ.get("ENGRAM_CHAOS_PATIENCE", "180"))

# Small transactions: those of a tier that is full of what has not settled are left to a load by the worker. Short texts: ActiveMemoryGrowthUnbounded
# wants 100,000 memories, and the tier has to have room for them.
FLOOD = """INSERT INTO engram.memory (space, content)
SELECT 'flood', (SELECT string_agg('w' || floor(random() * 3000) || 'x', ' ') FROM generate_series(1, 5) WHERE n > 0) FROM generate_series(1, 200) n;"""


class Webhook:
    """What Alertmanager sends: by alert, the times at which it fired and ended, and what is wrong with its words."""

    def __init__(self, port: int):
        self.fired, self.ended, self.changed = {}, {}, threading.Condition()
        # An error in a thread of the server would end with the request.
        self.wrong = []
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                webhook.take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, message: dict) -> None:
        with self.changed:
            # A group has ended when all alerts of it have.
            times = self.fired if message["status"] == "firing" else self.ended
            times.setdefault(message["groupLabels"]["alertname"], []).append(time.monotonic())
            for alert in message["alerts"]:
                for wanted in ["summary", "description", "runbook_url"]:
                    text = alert.get("annotations", {}).get(wanted, "")
                    if not text or "<no value>" in text:
                        self.wrong.append(f"{alert['labels'].get('alertname')} has the {wanted} {text!r}")
            self.changed.notify_all()

    def forget(self, name: str) -> None:
        with self.changed:
            self.fired.pop(name, None)

    def wait(self, times: dict, name: str, since: float, until: float) -> float | None:
        def seen():
            return next((at for at in times.get(name, []) if at >= since), None)

        with self.changed:
            self.changed.wait_for(seen, timeout=max(0, until - time.monotonic()))
            return seen()


class Server:
    def __init__(self, chain: Path, bin: Path):
        self.chain, self.bin, self.pumps = chain, bin, []
        port = (chain / "data/postgresql.conf").read_text().split("\nport = ")[-1].split()[0]
        self.psql = self.command("psql", "-X", "-q", "-At", "-h", str(chain), "-p", port, "-U", "postgres", "-d", "postgres")

    def command(self, program: str, *arguments: str) -> list[str]:
        whole = [str(self.bin / program), *arguments]
        return ["runuser", "-u", "postgres", "--", *whole] if os.geteuid() == 0 else whole

    def run(self, sql: str) -> str:
        done = subprocess.run([*self.psql, "-v", "ON_ERROR_STOP=1"], input=sql, text=True, capture_output=True, cwd="/", timeout=PATIENCE)
        assert done.returncode == 0, f"{sql}: {done.stderr}"
        return done.stdout.strip()

    def control(self, *arguments: str) -> None:
        subprocess.run(self.command("pg_ctl", "-D", str(self.chain / "data"), "-w", "-l", str(self.chain / "log"), *arguments),
                       cwd="/", check=True, stdout=subprocess.DEVNULL)

    def pump(self, sql: str, pace: float) -> "Pump":
        self.pumps.append(Pump(self.psql, sql, pace))
        return self.pumps[-1]

    def workers(self, kind: str) -> list[int]:
        return [int(pid) for pid in self.run(f"SELECT pid FROM pg_stat_activity WHERE backend_type = 'engram {kind}'").split()]


class Pump:
    """A session that says the same again and again until it is stopped. Its errors are its own."""

    def __init__(self, psql: list[str], sql: str, pace: float):
        self.process = subprocess.Popen([*psql], stdin=subprocess.PIPE, text=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.sql, self.pace, self.over = sql, pace, threading.Event()
        self.thread = threading.Thread(target=self.go, daemon=True)
        self.thread.start()

    def go(self) -> None:
        try:
            while not self.over.wait(self.pace):
                self.process.stdin.write(self.sql + "\n")
                self.process.stdin.flush()
        except (BrokenPipeError, ValueError):
            pass

    def stop(self) -> None:
        self.over.set()
        self.process.terminate()
        self.process.wait()


class Chaos:
    def __init__(self, webhook: Webhook, prometheus: str, server: Server, exporter: int):
        self.webhook, self.prometheus, self.server, self.exporter = webhook, prometheus, server, exporter
        self.began, self.table, self.wrong, self.stopped, self.filled = time.monotonic(), [], [], [], 0.0

    def say(self, text: str) -> None:
        print(f"[{time.monotonic() - self.began:4.0f} s] {text}", flush=True)

    def value(self, expr: str) -> float | None:
        try:
            with urllib.request.urlopen(f"{self.prometheus}/api/v1/query?{urllib.parse.urlencode({'query': expr})}", timeout=30) as answer:
                found = json.load(answer)["data"]["result"]
        except urllib.error.URLError:
            # It is not up yet, or does not get on in time.
            return None
        return float(found[0]["value"][1]) if found else None

    def until(self, what: str, condition) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"{what}: not within {PATIENCE} s"
            time.sleep(0.5)

    def quiet(self, *names: str) -> float:
        """None of them has fired yet; from now on they may."""
        now = time.monotonic()
        self.wrong += [f"{name} fired before anything was wrong" for name in names if self.webhook.fired.get(name)]
        return now

    def fires(self, since: float, **causes: str) -> None:
        for name, cause in causes.items():
            at = self.webhook.wait(self.webhook.fired, name, since, time.monotonic() + PATIENCE)
            if at is None:
                self.wrong.append(f"{name} did not fire: {cause}")
                self.say(f"{name} did NOT fire")
            else:
                self.table.append([name, cause, at - since, None])
                self.say(f"{name} fired")

    def ends(self, since: float, *names: str) -> None:
        for name in names:
            rows = [row for row in self.table if row[0] == name]
            if not rows:
                continue
            at = self.webhook.wait(self.webhook.ended, name, since, time.monotonic() + PATIENCE)
            if at is None:
                self.wrong.append(f"{name} did not end")
            else:
                rows[-1][3] = at - since
                self.say(f"{name} ended")

    # What is done to the server, in this order.

    def peace(self) -> None:
        self.server.run(
            """SET engram.builtin_encoder = on;
            SELECT engram_remember('the pilot of ship ' || n % 7 || ' saw lantern ' || n || ' at Saltmere', space => 'log') FROM generate_series(1, 60) n;
            SELECT engram_remember('a calm day', space => 'void');""")
        self.server.pump("SELECT engram_recall('the pilot saw the lantern', space => 'log', k => 3);", 0.5)
        self.until("metrics are in Prometheus", lambda: self.value("engram_info") == 1)
        # Before the first scrape there was nothing, which is an alert.
        self.until("no alert is left of that", lambda: self.value('ALERTS{alertname="EngramDown", alertstate="firing"}') is None)
        self.webhook.forget("EngramDown")
        time.sleep(10)
        self.say("peace")

    def crash_and_bad_snapshot(self) -> None:
        since = self.quiet("EngramDown", "SnapshotDiscarded")
        self.server.pumps.pop().stop()
        self.server.control("-m", "fast", "stop")
        self.fires(since, EngramDown="the server is stopped")
        files = list((self.server.chain / "data/engram").glob("pgsql_tmp_engram_*"))
        assert files, "a clean stop wrote no snapshot"
        for file in files:
            file.write_bytes(b"what somebody else has put there")
        since = time.monotonic()
        self.server.control("start")
        self.ends(since, "EngramDown")
        self.fires(since, SnapshotDiscarded="its snapshot file is damaged")

    def failures(self) -> None:
        since = self.quiet("HighErrorRate", "ConsolidationFailureStreak")
        errors = self.server.pump("SELECT engram_forget('00000000-0000-0000-0000-000000000001', space => 'log');", 0.1)
        self.server.run(
            """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'no beliefs in %', NEW.space; END$$;
            CREATE TRIGGER refuse BEFORE INSERT ON engram.memory FOR EACH ROW WHEN (NEW.kind = 'belief' AND NEW.space = 'broken')
                EXECUTE FUNCTION refuse();
            ALTER TABLE engram.memory ENABLE ALWAYS TRIGGER refuse;
            SELECT engram_create_space('broken');
            SELECT engram_configure_space('broken', consolidation_interval => '1 hour');
            SET engram.builtin_encoder = on;
            SELECT engram_remember('The anchor of iron was seen on deck, watch ' || n, space => 'broken') FROM generate_series(1, 6) n;""")
        # Runs that are asked for: left to their interval, the space would be late too.
        for _ in range(3):
            outcome = self.server.run("SELECT engram_worker_run_now(space => 'broken', wait => true)")
            assert outcome == "failed", f"a run that a trigger refuses has {outcome}"
        self.fires(since, ConsolidationFailureStreak="a trigger refuses the beliefs of a space")
        mended = time.monotonic()
        self.server.run("DROP TRIGGER refuse ON engram.memory; DROP FUNCTION refuse; SELECT engram_worker_run_now(space => 'broken')")
        self.fires(since, HighErrorRate="every call of forget fails")
        errors.stop()
        calmed = time.monotonic()
        self.ends(mended, "ConsolidationFailureStreak")
        self.ends(calmed, "HighErrorRate")

    def flood(self) -> None:
        # What filled the tier may have pushed something out already.
        since = self.filled
        loads = [self.server.pump(FLOOD, 0.05) for _ in range(2)]
        self.fires(since, HotTierEvictionStorm="what comes pushes out what was there")
        for load in loads:
            load.stop()

    def fill(self) -> None:
        # By now the counts are older than half of the window of ActiveMemoryGrowthUnbounded: a rate over what is younger than its window is too small.
        since = self.quiet("StorageTierNearCapacity", "HotTierEvictionStorm", "ActiveMemoryGrowthUnbounded", "RecallEmptyRateHigh")
        # Nobody waits for beliefs of it.
        self.server.run("SELECT engram_create_space('flood'); SELECT engram_configure_space('flood', consolidation_interval => '1 hour')")
        empty = self.server.pump("SELECT engram_recall('xylophone', space => 'void');", 0.1)
        load = self.server.pump(FLOOD, 0.02)
        self.until("the hot tier is nearly full", lambda: (self.value("instance:engram_hot_tier_used:ratio") or 0) > 0.85)
        load.stop()
        self.filled = since
        self.say("the hot tier is nearly full")
        self.fires(since, RecallEmptyRateHigh="recalls of what nobody knows")
        empty.stop()

    def halted(self, kind: str) -> int:
        """Halts a worker between two jobs: in one it may hold a lock that everybody waits for, which is another trouble."""
        state = "SELECT pid FROM pg_stat_activity a WHERE backend_type = 'engram {}' AND state = 'idle' AND xact_start IS NULL"
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for pid in self.server.workers(kind):
                try:
                    os.kill(pid, signal.SIGSTOP)
                except ProcessLookupError:
                    # It had nothing to do and has left.
                    continue
                self.stopped.append(pid)
                if self.server.run(state.format(kind)) == str(pid):
                    return pid
                os.kill(pid, signal.SIGCONT)
                self.stopped.remove(pid)
            time.sleep(0.2)
        raise AssertionError(f"no {kind} worker could be halted between two jobs")

    def stuck(self) -> None:
        since = self.quiet("WorkerHeartbeatLost", "ReinforcementLag", "ConsolidationStale", "ConsolidationCadenceMissed", "HighRecallLatency",
                           "HotTierNotLoaded")
        self.halted("maintenance")
        self.server.run("SET engram.builtin_encoder = on; SELECT engram_remember('the pilot came again', space => 'log')")
        self.halted("consolidator")
        self.server.run("SET engram.builtin_encoder = on; SELECT engram_remember('the pilot is waiting ' || n, space => 'log') FROM generate_series(1, 5) n")
        self.server.run("SELECT engram_remember('nobody loads this', space => 'fresh'); SELECT engram_recall('nobody', space => 'fresh')")
        lock = self.server.pump("BEGIN; LOCK TABLE engram.memory IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(0.3); COMMIT; SELECT pg_sleep(0.1);", 0.4)
        recall = self.server.pump("SELECT engram_recall('the pilot saw the lantern', space => 'log', k => 3);", 0.2)
        self.fires(since, WorkerHeartbeatLost="workers are halted (SIGSTOP)", ReinforcementLag="nobody writes the uses down",
                   HighRecallLatency="a session locks the table again and again", ConsolidationCadenceMissed="the consolidator is halted",
                   ConsolidationStale="the consolidator is halted", HotTierNotLoaded="a new space is wanted, and the worker that loads it is halted")
        lock.stop()
        self.fires(self.filled, StorageTierNearCapacity="a tier of 32 MB is filled", ActiveMemoryGrowthUnbounded="thousands of memories a second")
        since = time.monotonic()
        self.resume()
        self.ends(since, "WorkerHeartbeatLost", "ReinforcementLag", "ConsolidationStale", "ConsolidationCadenceMissed", "HighRecallLatency",
                  "HotTierNotLoaded")
        recall.stop()

    def resume(self) -> None:
        while self.stopped:
            try:
                os.kill(self.stopped.pop(), signal.SIGCONT)
            except ProcessLookupError:
                pass

    def blind(self) -> None:
        since = self.quiet("EngramExporterFailing")
        self.server.run("REVOKE pg_monitor FROM engram_exporter")
        self.fires(since, EngramExporterFailing="the exporter may not read the views")
        since = time.monotonic()
        self.server.run("GRANT pg_monitor TO engram_exporter")
        self.ends(since, "EngramExporterFailing")
        since = time.monotonic()
        os.kill(self.exporter, signal.SIGSTOP)
        self.stopped.append(self.exporter)
        self.fires(since, EngramDown="the exporter is halted (SIGSTOP)")
        since = time.monotonic()
        self.resume()
        self.ends(since, "EngramDown")

    def run(self) -> int:
        try:
            for part in [self.peace, self.crash_and_bad_snapshot, self.blind, self.failures, self.fill, self.stuck, self.flood]:
                part()
        finally:
            self.resume()
            for pump in self.server.pumps:
                pump.stop()
        print(f"\n{'alert':30} {'fired after':>12} {'ended after':>12}  cause")
        for name, cause, fired, ended in self.table:
            print(f"{name:30} {fired:>10.0f} s {'' if ended is None else f'{ended:.0f} s':>12}  {cause}")
        self.wrong += sorted(set(self.webhook.wrong))
        provoked = {row[0] for row in self.table}
        ended = {row[0] for row in self.table if row[3] is not None}
        if others := sorted(set(self.webhook.fired) - provoked):
            print(f"fired too: {', '.join(others)}")
        print("\n".join(self.wrong) or f"{len(provoked)} alerts fired, {len(ended)} of them ended, in {time.monotonic() - self.began:.0f} s")
        return bool(self.wrong) or len(provoked) < 8


if __name__ == "__main__":
    hook = Webhook(int(sys.argv[1]))
    sys.exit(Chaos(hook, sys.argv[2], Server(Path(sys.argv[3]), Path(sys.argv[4])), int(sys.argv[5])).run())
