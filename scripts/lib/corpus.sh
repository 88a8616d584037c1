# The corpus of data/ in the private server, and five questions about it. Each directory below data/
# is a space of that name; its *.jsonl files hold one memory a line.

SPACE=saltmere

# copy_lines TABLE: the psql command that reads a JSON Lines file from standard input. CSV with a quote
# and a delimiter that JSON never contains takes each line as it is, backslashes included.
copy_lines() {
    # shellcheck disable=SC1003
    printf '%s' "\\copy $1 FROM pstdin WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')"
}

load_corpus() {
    local count
    if [ "$(sql "$DATABASE" -Atc "SELECT EXISTS (SELECT FROM engram.memory WHERE space = '$SPACE')")" = t ]; then
        return 0
    fi
    step "remembering the corpus of data/$SPACE"
    count=$(cat "$ROOT/data/$SPACE"/*.jsonl | sql "$DATABASE" -At \
        -c 'CREATE TEMP TABLE line (n bigint GENERATED ALWAYS AS IDENTITY, memory jsonb)' \
        -c "$(copy_lines 'line (memory)')" \
        -c "SELECT count(*) FROM engram_remember_many((SELECT jsonb_agg(memory || jsonb_build_object('space', '$SPACE') ORDER BY n) FROM line))") ||
        die "The corpus was not remembered: see the message above."
    step "$count memories in the space $SPACE"
}

ask_questions() {
    local question answer
    sql "$DATABASE" -At -F $'\t' \
        -c 'CREATE TEMP TABLE line (n bigint GENERATED ALWAYS AS IDENTITY, entry jsonb)' \
        -c "$(copy_lines 'line (entry)')" \
        -c "SELECT entry ->> 'question', entry ->> 'answer' FROM line WHERE (entry -> 'quickstart')::bool ORDER BY n LIMIT 5" \
        <"$ROOT/data/questions.jsonl" >"$CACHE/questions.txt"
    while IFS=$'\t' read -r question answer; do
        say
        say "$question"
        sql "$DATABASE" -P border=1 -P footer=off -P linestyle=unicode -v question="$question" -v space="$SPACE" \
            -f "$ROOT/scripts/lib/ask.sql" </dev/null
        say "What the corpus says: $answer"
    done <"$CACHE/questions.txt"
}
