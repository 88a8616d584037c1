"""What `docker compose config` does not see: python compose.py FILE, the resolved configuration with all profiles."""

import sys

import yaml


def faults(config: dict) -> list[str]:
    found = []
    from_environment = {name for name, secret in config.get("secrets", {}).items() if "environment" in secret}
    for name, service in config["services"].items():
        # Compose writes such a secret into the container.
        given = {secret["source"] for secret in service.get("secrets", [])}
        if service.get("read_only") and given & from_environment:
            found.append(f"{name} is read-only and takes {sorted(given & from_environment)} from the environment")
        for port in service.get("ports", []):
            if port.get("host_ip") != "127.0.0.1":
                found.append(f"{name} is open to other machines at {port.get('published')}")
        for dropped in [key for key in ("cap_drop", "security_opt", "restart") if not service.get(key)]:
            found.append(f"{name} has no {dropped}")
    if not any(service.get("ports") for service in config["services"].values()):
        found.append("no port is published")
    return found


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        wrong = faults(yaml.safe_load(file))
    print("\n".join(wrong) or "services start, on loopback alone")
    sys.exit(bool(wrong))
