#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Holds openapi.json and README.md to what the service does: its routes and its options.
"""Usage: check_interface.py SOURCE_FOLDER SERVER. Prints what differs; exit code 1 if something does."""
import json
import pathlib
import re
import sys

from check_manuals import OPTION, help_of, options_of_help

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
LITERAL = re.compile(r'u"([^"]*)"_s|QStringLiteral\("([^"]*)"\)')
CONSTANT = re.compile(r"(?:inline )?const QString (\w+) = ([^;]+);")
LOOP = re.compile(r"for \(const QString &(\w+) : \{([^}]+)\}\)")
ROUTE = re.compile(r'\.route\("(\w+)", ([^,]+),')
# They ask, they do not configure: the README's table has no row for them, nor for --print-config, which its text names.
QUESTIONS = {"--help", "--version"}


def text_of(expression, names):
    parts = [part.strip().removeprefix("endpoints::") for part in expression.split("+")]
    literals = [LITERAL.fullmatch(part) for part in parts]
    return "".join((found[1] or found[2]) if found else names[part] for part, found in zip(parts, literals))


def names_of(text, known):
    """The constants of a file, each told by those before it."""
    names = dict(known)
    for name, expression in CONSTANT.findall(text):
        try:
            names[name] = text_of(expression, names)
        except KeyError:
            pass  # no path: made of what only the running program knows
    return names


def routes_of(text, known):
    names = names_of(text, known)
    loops = {name: expressions.split(",") for name, expressions in LOOP.findall(text)}
    for method, expression in ROUTE.findall(text):
        for each in loops.get(expression, [expression]):
            yield method.lower(), text_of(each, names)


def faults_of(document):
    """What OpenAPI 3.1 requires of a document and this one lacks."""
    if not re.fullmatch(r"3\.1\.\d+", str(document.get("openapi"))):
        yield "openapi: not 3.1"
    for member in ("title", "version"):
        if not document.get("info", {}).get(member):
            yield f"info.{member}: missing"
    if not isinstance(document.get("paths"), dict):
        yield "paths: missing"
        return
    seen = set()
    for path, item in document["paths"].items():
        if not path.startswith("/"):
            yield f"{path}: begins with no slash"
        for method in METHODS & item.keys():
            operation = item[method]
            if not operation.get("responses"):
                yield f"{method} {path}: no responses"
            for status, response in operation.get("responses", {}).items():
                if "$ref" not in response and not response.get("description"):
                    yield f"{method} {path} {status}: no description"
            if operation.get("operationId") in seen:
                yield f"{method} {path}: operationId {operation['operationId']} is taken"
            seen.add(operation.get("operationId", (method, path)))
            parameters = [*item.get("parameters", []), *operation.get("parameters", [])]
            told = {parameter["name"] for parameter in parameters if parameter.get("in") == "path"}
            for name in set(re.findall(r"\{(\w+)\}", path)) ^ told:
                yield f"{method} {path}: parameter {name} is only in the path or only described"
    for reference in references_in(document):
        if not leads_somewhere(document, reference):
            yield f"{reference}: leads nowhere"


def statuses_of(document):
    """Every status that an operation may answer."""
    return {status for item in document["paths"].values() for method in METHODS & item.keys()
            for status in item[method].get("responses", {}) if status.isdigit()}


def references_in(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for member in value:
            yield from references_in(member)


def leads_somewhere(document, reference):
    place = document
    for key in reference.removeprefix("#/").split("/"):
        place = place.get(key.replace("~1", "/").replace("~0", "~")) if isinstance(place, dict) else None
    return place is not None


def described_in(document):
    return {(method, re.sub(r"\{\w+\}", "<arg>", path)) for path, item in document["paths"].items()
            for method in METHODS & item.keys()}


def options_of_readme(text):
    table = text.split("## Options of openloop-server", 1)[1].split("\n## ", 1)[0]
    return {option for line in table.splitlines() for option in OPTION.findall(line)}


def self_test():
    """The checks can fail: each finds the mistake it is for."""
    known = names_of('inline const QString a = QStringLiteral("/a");', {})
    text = 'const QString one = endpoints::a + u"/<arg>"_s;\nfor (const QString &p : {u"/b"_s, u"/c"_s})\n' \
           'app.route("GET", p, x);\napp.route("POST", one, x);\napp.route("GET", one + u"/d"_s, x);\n'
    assert set(routes_of(text, known)) == {("get", "/b"), ("get", "/c"), ("post", "/a/<arg>"), ("get", "/a/<arg>/d")}
    sound = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/a/{id}": {
        "parameters": [{"name": "id", "in": "path"}], "get": {"responses": {"200": {"description": "d"}}}}}}
    assert not list(faults_of(sound))
    assert described_in(sound) == {("get", "/a/<arg>")}
    assert statuses_of(sound) == {"200"}
    for mistake in ({"openapi": "3.0.0"}, {"info": {"title": "t"}}, {"paths": None}, {"paths": {"a": {}}},
                    {"paths": {"/a": {"get": {}}}}, {"paths": {"/a": {"get": {"responses": {"200": {}}}}}},
                    {"paths": {"/{id}": {"get": {"responses": {"200": {"description": "d"}}}}}},
                    {"components": {"x": {"$ref": "#/components/y"}}}):
        assert list(faults_of(sound | mistake)), mistake
    assert options_of_readme("## Options of openloop-server\n| `--a-b N` |\n## Next\n--c-d\n") == {"--a-b"}


def main():
    self_test()
    root, server = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    document = json.loads((root / "resources/openapi/openapi.json").read_text())
    problems = [f"openapi.json: {fault}" for fault in faults_of(document)]
    phrases = set(re.findall(r'Reason\{(\d{3}), "', (root / "server/http/message/response.cpp").read_text()))
    for status in sorted(statuses_of(document) - phrases):
        problems.append(f"{status} is in openapi.json and has no reason phrase")
    known = names_of((root / "common/endpoints.h").read_text(), {})
    files = (root / "server").rglob("*.cpp")
    routes = {route for file in files for route in routes_of(file.read_text(), known)}
    assert routes, "no route was found: are they registered in another way now?"
    described = described_in(document)
    for route in sorted(routes ^ described):
        problems.append(f"{' '.join(route)} is only {'a route' if route in routes else 'in openapi.json'}")
    said = options_of_help(help_of(server)) - QUESTIONS
    written = options_of_readme((root / "README.md").read_text()) - QUESTIONS
    for option in sorted(said ^ written):
        problems.append(f"{option} is only in {'--help' if option in said else 'README.md'}")
    print("\n".join([*problems, f"{len(routes)} routes, {len(said)} options, {len(problems)} differences"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
