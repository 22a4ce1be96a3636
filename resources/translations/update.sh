#!/usr/bin/env bash
# Brings the translation files up to date with the sources of the monitor.
# lupdate 6.4 does not understand `namespace openloop::gui`, so contexts of classes get their namespace here.
set -euo pipefail
cd "$(dirname "$0")/../.."
lupdate=${LUPDATE:-/usr/lib/qt6/bin/lupdate}
folder=resources/translations
classes=$(grep -rlE 'Q_OBJECT' gui --include=*.h | xargs grep -hoE '^class [A-Z][A-Za-z]+ *:' | awk '{print $2}' | tr -d ':' | sort -u)
before=$(mktemp) ofProbe=$(mktemp --suffix .ts)
trap 'rm -f "$before" "$ofProbe"' EXIT
cp $folder/openloop_de.ts "$before"
sed -i -E 's#<name>openloop::(gui|probe)::#<name>#' $folder/openloop_*.ts
"$lupdate" -locations none -no-obsolete -source-language en -target-language de gui -ts $folder/openloop_de.ts
"$lupdate" -locations none -no-obsolete -pluralonly -source-language en -target-language en gui -ts $folder/openloop_en.ts
rm "$ofProbe" && "$lupdate" -silent -locations none gui/probe -ts "$ofProbe"
for class in $classes; do
    namespace=gui
    grep -rqE "^class $class *:" gui/probe --include=*.h && namespace=probe
    sed -i "s#<name>$class</name>#<name>openloop::$namespace::$class</name>#" $folder/openloop_*.ts
done
# What gui/probe says through openloop::probe::tr: lupdate takes the class around a call for its context.
python3 - $folder/openloop_de.ts "$before" "$ofProbe" <<'PYTHON'
import re, subprocess, sys
ours, before, of_probe = sys.argv[1:]
context = re.compile(r"<context>\s*<name>(.*?)</name>(.*?)</context>\n?", re.S)
message = re.compile(r"\n?    <message.*?</message>", re.S)
source = lambda text: re.search(r"<source>(.*?)</source>", text, re.S).group(1)
shared = "openloop::probe"
named = set(re.findall(r'translate\("([^"]+)"', subprocess.run(
    ["grep", "-rhE", 'translate\\("', "gui"], capture_output=True, text=True).stdout)) - {shared}
found = {name for name, _ in context.findall(open(of_probe).read())} - named
known = {source(text): text for name, body in context.findall(open(before).read()) if name in found | {shared}
         for text in message.findall(body) if "unfinished" not in text}
messages = {}
def moved(match):
    if match.group(1) not in found:
        return match.group(0)
    for text in message.findall(match.group(2)):
        messages.setdefault(source(text), known.get(source(text), text))
    return ""
text = context.sub(moved, open(ours).read())
block = "".join(messages[key] for key in sorted(messages))
open(ours, "w").write(text.replace("</TS>", f"<context>\n    <name>{shared}</name>{block}\n</context>\n</TS>"))
PYTHON
