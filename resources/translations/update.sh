#!/usr/bin/env bash
# Brings the translation files up to date with the sources of the monitor.
# lupdate 6.4 does not understand `namespace openloop::gui`, so contexts of classes get their namespace here.
set -euo pipefail
cd "$(dirname "$0")/../.."
lupdate=${LUPDATE:-/usr/lib/qt6/bin/lupdate}
folder=resources/translations
classes=$(grep -rlE 'Q_OBJECT' gui --include=*.h | xargs grep -hoE '^class [A-Z][A-Za-z]+ *:' | awk '{print $2}' | tr -d ':' | sort -u)
sed -i -E 's#<name>openloop::(gui|probe)::#<name>#' $folder/openloop_*.ts
"$lupdate" -locations none -no-obsolete -source-language en -target-language de gui -ts $folder/openloop_de.ts
"$lupdate" -locations none -no-obsolete -pluralonly -source-language en -target-language en gui -ts $folder/openloop_en.ts
for class in $classes; do
    namespace=gui
    grep -rqE "^class $class *:" gui/probe --include=*.h && namespace=probe
    sed -i "s#<name>$class</name>#<name>openloop::$namespace::$class</name>#" $folder/openloop_*.ts
done
# Files of gui/probe that translate by a function of their own: lupdate knows other contexts than the run does.
python3 - $folder/openloop_de.ts <<'PYTHON'
import re, sys
text = open(sys.argv[1]).read()
found = [re.search(rf"<context>\s*<name>{name}</name>(.*?)</context>", text, re.S) for name in ("openloop::probe", "IsolationTest", "TrustJudge")]
messages = "".join(block.group(1) for block in found if block)
copies = "".join(f"\n<context>\n    <name>{name}</name>{messages}</context>" for name in ("Blame", "Isolation", "Trust"))
open(sys.argv[1], "w").write(text.replace("</TS>", copies + "\n</TS>"))
PYTHON
