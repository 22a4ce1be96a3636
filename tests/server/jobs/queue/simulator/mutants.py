#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Mistakes in the protocol that the simulator must catch: each is an edit of its source, compiled and run by itself.
"""Usage: mutants.py SOURCE_FOLDER OUTPUT_FOLDER NAME, or --list. An edit whose text is not there once is an error."""
import pathlib
import sys

NODE = "server/jobs/queue/node.cpp"
TASKS = "server/jobs/queue/node_tasks.cpp"
TABLES = "tests/server/jobs/queue/simulator/tables.cpp"

STATE = "    if (row.state != TaskState::Running)\n        return nullptr;\n"
OWNER = "    if (row.owner != attempt.owner)\n        return nullptr;\n"
NUMBER = "    if (row.attempt != attempt.number)\n        return nullptr;\n"

MUTANTS = {
    "no_fence": [(TABLES, STATE + OWNER + NUMBER, "")],
    "fence_without_attempt": [(TABLES, NUMBER, "")],
    "fence_without_state": [(TABLES, STATE, "")],
    "no_second_look_before_reaping": [
        (NODE, "        if (known != m_suspects.end() && known->second.beat", "        if (true || (known->second.beat"),
        (NODE, "known->second.seenAt == suspect.seenAt) {", "known->second.seenAt == suspect.seenAt)) {"),
        (NODE, "            suspected.since = known->second.since;\n", ""),
        (NODE, "if (now - suspected.since >= 2 * suspect.heartbeat)", "if (now >= suspected.since)"),
    ],
    "reap_as_an_edge": [(NODE, "    sweep(m_settings.heartbeat / 2, now);", "   ")],
    "reaping_while_not_fit": [(NODE, "    const bool fit = isFit(now);", "    const bool fit = true;")],
    "late_look_judges_a_neighbour": [(NODE, "std::max(missed, m_stoodStill + node.heartbeat / 2)", "missed")],
    "no_reconcile": [(TASKS, "if (stray.looks < 2) {", "if (stray.looks < 1'000'000) {")],
    "look_judges_what_came_later": [(TASKS, " && sent.known.contains(attempt);", ";"),
                                    (TASKS, "onSight(const Sent &sent, const Sight &sight, BootTime now)\n{\n",
                                     "onSight(const Sent &sent, const Sight &sight, BootTime now)\n{\n    (void)sent;\n")],
    "end_not_repeated": [(NODE, "                               run.call = 0;\n"
                                "                               run.again = now + pause;\n",
                          "                               run.call = 0;\n"
                          "                               run.again = BootTime::max();\n")],
    "late_claim_started": [(TASKS, "} else if (late || isOverdue(now)) {", "} else if (late && isOverdue(now) && false) {")],
    "death_at_a_graceful_stop": [(NODE, "    m_nextLeave = now;\n    leaveIfDone(now);\n",
                                  "    for (auto &[attempt, run] : m_runs)\n        run.death = true;\n"
                                  "    m_nextLeave = now;\n    leaveIfDone(now);\n")],
    "patience_while_lent": [(TASKS, "    run.stopAsked = std::max(run.stopAsked, now - m_effects.ignoredFor(attempt));\n",
                             "    (void)attempt;\n")],
    "watcher_waits_for_a_ring": [
        (TASKS, "    m_nextLook = std::min(m_nextLook, now);\n    tick(now);\n",
         "    for (auto &[task, version] : m_watched)\n        version = ~0ULL;\n"
         "    m_nextLook = std::min(m_nextLook, now);\n    tick(now);\n"),
        (TASKS, "(seen.exists && !isOver(seen.state) && seen.version == watched->second)", "watched->second != ~0ULL"),
    ],
}


def mutate(source, output, name):
    texts = {path: (source / path).read_text() for path in (NODE, TASKS, TABLES)}
    for path, old, new in MUTANTS[name]:
        if texts[path].count(old) != 1:
            sys.exit(f"{name}: {texts[path].count(old)} times in {path}:\n{old}")
        texts[path] = texts[path].replace(old, new)
    for path, text in texts.items():
        (output / pathlib.Path(path).name).write_text(text)


if __name__ == "__main__":
    if sys.argv[1:] == ["--list"]:
        print(";".join(MUTANTS), end="")
    else:
        mutate(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3])
