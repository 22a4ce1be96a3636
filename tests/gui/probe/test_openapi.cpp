// SPDX-License-Identifier: GPL-3.0-or-later
// OpenAPI as it is in the wild: documents of every kind, and the targets that each must give.
#include "gui/probe/targets/openapi.h"
#include "gui/probe/targets/openapi/yaml.h"
#include "tests/support/rows.h"

#include <QDirIterator>
#include <QFile>
#include <QJsonArray>
#include <QJsonObject>
#include <QTest>

using namespace openloop::probe;
using openloop::test::columns;
using namespace Qt::Literals::StringLiterals;

namespace {

QByteArray contentOf(const QString &name)
{
    QFile file(QStringLiteral(OPENLOOP_OPENAPI_DOCUMENTS "/") + name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// A line for each target: URL, then what is sent beside it.
QString linesOf(const Parsed<QList<Target>> &targets)
{
    if (!targets)
        return u"! "_s + targets.error;
    QStringList lines;
    for (const auto &target : *targets) {
        auto line = target.url;
        for (const auto &header : target.headers)
            line += u" | "_s + header.line();
        if (!target.options.cookie.isEmpty())
            line += u" | Cookie: "_s + QString::fromLatin1(target.options.cookie);
        lines << line;
    }
    return lines.join(u'\n');
}

Parsed<QJsonValue> read(const QByteArray &yaml)
{
    return jsonFromYaml(yaml, {4, 20});
}

} // namespace

class TestOpenApi : public QObject
{
    Q_OBJECT

private slots:
    /// Sections of expected.txt: "= own/x.yaml" as a service gives it, "= file own/x.yaml" as a file; then the lines.
    void aDocumentGivesItsTargets_data()
    {
        columns<QString, bool, QString>({"name", "isFile", "expected"});
        for (const auto &section : QString::fromUtf8("\n" + contentOf(u"expected.txt"_s)).split(u"\n= "_s).sliced(1)) {
            const auto heading = section.section(u'\n', 0, 0);
            const bool isFile = heading.startsWith(u"file ");
            QTest::newRow(qPrintable(heading))
                << heading.mid(isFile ? 5 : 0) << isFile << section.section(u'\n', 1).trimmed();
        }
    }
    void aDocumentGivesItsTargets()
    {
        QFETCH(QString, name);
        QFETCH(bool, isFile);
        QFETCH(QString, expected);
        const auto text = contentOf(name);
        QVERIFY(!text.isEmpty());
        const auto targets =
            targetsFromOpenApi(text, u"http://h:1"_s, isFile ? OpenApiFrom::File : OpenApiFrom::Service);
        QCOMPARE(linesOf(targets), expected);
    }

    void noDocumentIsForgotten()
    {
        const auto expected = contentOf(u"expected.txt"_s);
        QDirIterator files(QStringLiteral(OPENLOOP_OPENAPI_DOCUMENTS), QDir::Files, QDirIterator::Subdirectories);
        int count = 0;
        while (files.hasNext()) {
            const auto name = QDir(QStringLiteral(OPENLOOP_OPENAPI_DOCUMENTS)).relativeFilePath(files.next());
            if (!name.contains(u'/') || name.contains(u"LICENSE"))
                continue;
            QVERIFY2(expected.contains("= " + name.toUtf8() + '\n'), qPrintable(name));
            ++count;
        }
        QVERIFY(count >= 30);
    }

    void theTargetsBelongToTheServiceThatGaveTheDocument()
    {
        const auto document = contentOf(u"own/30-servers-with-path.json"_s);
        for (const auto &base : {u"http://localhost:9901"_s, u"http://127.0.0.1:9901/"_s})
            QCOMPARE(linesOf(targetsFromOpenApi(document, base)),
                     (base.endsWith(u'/') ? base.chopped(1) : base) + u"/master/health"_s);
        QCOMPARE(linesOf(targetsFromOpenApi(document, u"http://copy:1"_s)), u"http://copy:1/master/health"_s);
        QCOMPARE(linesOf(targetsFromOpenApi(document, u"http://copy:1"_s, OpenApiFrom::File)),
                 u"http://localhost:9901/master/health"_s);
    }

    void boundsAreNamedByTheirErrors()
    {
        const auto tooLong = targetsFromOpenApi(QByteArray((16 << 20) + 1, ' '), u"http://h:1"_s);
        QVERIFY2(tooLong.error.contains(u"at most 16777216"), qPrintable(tooLong.error));
        QByteArray many = "{\"openapi\":\"3.0.0\",\"paths\":{";
        for (int i = 0; i < 150; ++i)
            many += (i ? "," : "") + QByteArray("\"/") + QByteArray::number(i) + "\":{\"get\":{}}";
        QCOMPARE(targetsFromOpenApi(many + "}}", u"http://h:1"_s)->size(), 100);

        QVERIFY(read("[[[[1]]]]"));
        const auto deep = read("\n[[[[[1]]]]]");
        QVERIFY2(deep.error.startsWith(u"line 2: deeper than 4"), qPrintable(deep.error));
        const auto stacked = read("- &a [[1]]\n- &b [*a]\n- [*b]");
        QVERIFY2(stacked.error.startsWith(u"line 3: deeper than 4"), qPrintable(stacked.error));
        QVERIFY(read(QByteArray("- x\n").repeated(19)));
        const auto large = read(QByteArray("- x\n").repeated(20));
        QVERIFY2(large.error.startsWith(u"line 20: more than 20"), qPrintable(large.error));
        const auto bomb = read("- &a [1, 2, 3]\n- &b [*a, *a]\n- [*b, *b]");
        QVERIFY2(bomb.error.startsWith(u"line 3: more than 20"), qPrintable(bomb.error));
    }

    void yamlIsTheJsonThatItStandsFor()
    {
        QCOMPARE(*read("{a: 1, b: [true, ~, 'x', 1.5, -2]}"),
                 QJsonValue(QJsonObject{{u"a"_s, 1}, {u"b"_s, QJsonArray{true, QJsonValue::Null, u"x"_s, 1.5, -2}}}));
        QCOMPARE(*read(""), QJsonValue());
        QCOMPARE(*read("200: ok"), QJsonValue(QJsonObject{{u"200"_s, u"ok"_s}}));
        QCOMPARE(*read(QByteArray("\xff\xfe") + QByteArray("a\0:\0 \0\x31\0", 8)),
                 QJsonValue(QJsonObject{{u"a"_s, 1}}));
        for (const auto &wrong : {"a: b: c", "[1", "? [a]\n: b", "*a", "a: \x01", "\xff\xff"}) {
            const auto value = read(wrong);
            QVERIFY2(!value && value.error.startsWith(u"line "), wrong);
        }
    }
};

QTEST_GUILESS_MAIN(TestOpenApi)
#include "test_openapi.moc"
