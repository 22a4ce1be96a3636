// SPDX-License-Identifier: GPL-3.0-or-later
// Learns both languages from the translation's own file.
#include "tests/gui/look/german.h"

#include <QFile>
#include <QRegularExpression>
#include <QSet>
#include <QXmlStreamReader>

using namespace Qt::Literals::StringLiterals;

namespace openloop::test {

namespace {

QStringList wordsIn(const QString &text)
{
    static const QRegularExpression word(u"\\b\\p{L}{3,}\\b"_s);
    QStringList words;
    for (auto all = word.globalMatch(QString(text).remove(u'&')); all.hasNext();)
        words << all.next().captured().toLower();
    return words;
}

/// What English has and German has not.
QSet<QString> readEnglish()
{
    QFile file(QStringLiteral(OPENLOOP_GERMAN));
    QSet<QString> english, german;
    if (!file.open(QIODevice::ReadOnly))
        return english;
    QXmlStreamReader xml(&file);
    for (QSet<QString> *into = nullptr; !xml.atEnd();) {
        xml.readNext();
        if (xml.isStartElement() && (xml.name() == u"source" || xml.name() == u"translation"))
            into = xml.name() == u"source" ? &english : &german;
        else if (xml.isStartElement() && xml.name() != u"numerusform")
            into = nullptr;
        else if (xml.isCharacters() && into)
            for (const auto &word : wordsIn(xml.text().toString()))
                *into << word;
    }
    // Qt's own, of its dialogs.
    for (const char *word : {"look", "date", "modified", "save", "files", "directory", "yes", "close"})
        english << QString::fromLatin1(word);
    // Names of targets, and what German borrows.
    return english - german
        - QSet<QString>{u"factorize"_s, u"health"_s, u"control"_s, u"document"_s, u"computer"_s, u"such"_s};
}

} // namespace

QStringList englishIn(const QList<PaintedWords> &words)
{
    static const QSet<QString> english = readEnglish();
    static const QRegularExpression name(u"[/_{}=:]\\S|\\.\\w"_s); // of a path, a URL, a metric
    QStringList complaints;
    if (english.isEmpty())
        complaints << u"no translation to compare with"_s;
    for (const auto &run : words) {
        QString prose;
        for (const auto &part : run.text.split(u' ')) {
            if (!part.contains(name))
                prose += part + u' ';
        }
        for (const auto &word : wordsIn(prose)) {
            if (english.contains(word))
                complaints << u"“%1”: %2 is English"_s.arg(run.text.left(60), word);
        }
    }
    return complaints;
}

} // namespace openloop::test
