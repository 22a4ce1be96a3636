// SPDX-License-Identifier: GPL-3.0-or-later
// The shells of Windows: cmd.exe in its two steps, carets and then the program's own quotes, and PowerShell.
#include "gui/probe/targets/shell_words.h"

#include "gui/probe/samples/words.h"

#include <QRegularExpression>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

using Words = Parsed<QList<QByteArray>>;

Words secondLine()
{
    return Words::failed(tr("there is a second line; paste one command"));
}

Words openQuote()
{
    return Words::failed(tr("a quote is not closed"));
}

QString secondCommand(QChar c)
{
    return tr("“%1” leads to another command; paste one command, or quote the URL").arg(c);
}

/// What is left of a line after cmd.exe looked at carets; an error where it would do more than that.
Parsed<QString> withoutCarets(const QString &text)
{
    QString line;
    bool quoted = false; // by a quote that no caret stands before
    for (qsizetype i = 0; i < text.size(); ++i) {
        const auto c = text[i];
        if (c == u'"')
            quoted = !quoted;
        if (c == u'^' && !quoted) {
            if (++i == text.size())
                break;
            if (text[i] == u'\n'
                && ++i == text.size()) // goes on in the next line, whose first character is taken as it is
                break;
            line += text[i];
        } else if (c == u'\n') {
            return text.sliced(i).trimmed().isEmpty() ? Parsed<QString>(line)
                                                      : Parsed<QString>::failed(secondLine().error);
        } else if (!quoted && QStringView(u"&|<>").contains(c)) {
            return Parsed<QString>::failed(secondCommand(c));
        } else {
            line += c;
        }
    }
    return line;
}

} // namespace

Words cmdWords(const QString &command)
{
    const auto text = QString(command).replace(u"\r\n"_s, u"\n"_s).trimmed();
    static const QRegularExpression variable(u"%[A-Za-z_][A-Za-z0-9_]*%"_s);
    if (const auto match = variable.match(text); match.hasMatch())
        return Words::failed(tr("“%1” is a variable of your shell; put its value in its place").arg(match.captured()));
    const auto parsed = withoutCarets(text);
    if (!parsed)
        return Words::failed(parsed.error);
    // "Parsing C command-line arguments", Microsoft C++ documentation
    const auto &line = *parsed;
    QList<QByteArray> words;
    QString word;
    bool inWord = false, quoted = false;
    for (qsizetype i = 0; i < line.size(); ++i) {
        qsizetype slashes = 0;
        while (i + slashes < line.size() && line[i + slashes] == u'\\')
            ++slashes;
        const bool beforeQuote = slashes > 0 && i + slashes < line.size() && line[i + slashes] == u'"';
        if (slashes > 0) {
            word += QString(beforeQuote ? slashes / 2 : slashes, u'\\');
            inWord = true;
            i += slashes;
            if (beforeQuote && slashes % 2 == 1) {
                word += u'"';
                continue;
            }
            if (i >= line.size())
                break;
        }
        const auto c = line[i];
        if (c == u'"') {
            if (quoted && i + 1 < line.size() && line[i + 1] == u'"')
                word += line[++i];
            else
                quoted = !quoted;
            inWord = true;
        } else if (!quoted && (c == u' ' || c == u'\t')) {
            if (inWord)
                words.append(word.toUtf8());
            word.clear();
            inWord = false;
        } else {
            word += c;
            inWord = true;
        }
    }
    if (quoted)
        return openQuote();
    if (inWord)
        words.append(word.toUtf8());
    return words;
}

Words powerShellWords(const QString &command)
{
    const auto text = QString(command).replace(u"\r\n"_s, u"\n"_s).trimmed();
    static const QRegularExpression variable(u"\\G\\$(?:[A-Za-z_][A-Za-z0-9_:]*|[{(]|[$?^])"_s);
    static const QString letters = u"0abefnrtv"_s, bytes = QString(u'\0') + u"\a\b\x1b\f\n\r\t\v"_s;
    QList<QByteArray> words;
    QString word;
    bool inWord = false;
    QChar quote; // none: null
    const auto takeQuoted = [&](QChar c, QChar following, qsizetype &i) { // doubled, it is itself
        if (c != quote)
            word += c;
        else if (following == quote)
            word += text[i++];
        else
            quote = {};
    };
    for (qsizetype i = 0; i < text.size(); ++i) {
        const auto c = text[i];
        const auto following = i + 1 < text.size() ? text[i + 1] : QChar();
        if (c == u'\\' && following == u'"')
            return Words::failed(
                tr("Windows PowerShell and PowerShell 7 disagree on “\\\"”; paste the command for bash or cmd"));
        if (quote == u'\'') {
            takeQuoted(c, following, i);
        } else if (const auto match = variable.match(text, i); c == u'$' && match.hasMatch()) {
            return Words::failed(
                tr("“%1” is a variable of your shell; put its value in its place").arg(match.captured()));
        } else if (c == u'`' && !following.isNull()) {
            ++i;
            const auto known = letters.indexOf(following);
            if (following == u'u')
                return Words::failed(tr("“`u” is not understood here; put the character in its place"));
            if (following != u'\n')
                word += known < 0 ? following : bytes[known];
            inWord = inWord || following != u'\n';
        } else if (quote == u'"') {
            takeQuoted(c, following, i);
        } else if (c == u'\'' || c == u'"') {
            quote = c;
            inWord = true;
        } else if (c == u'\n') {
            return secondLine();
        } else if (QStringView(u";|&<>(){}@").contains(c) && (c != u'@' || !inWord)) {
            return Words::failed(secondCommand(c));
        } else if (c.isSpace()) {
            if (inWord)
                words.append(word.toUtf8());
            word.clear();
            inWord = false;
        } else if (c == u'#' && !inWord) {
            break;
        } else {
            word += c;
            inWord = true;
        }
    }
    if (!quote.isNull())
        return openQuote();
    if (inWord)
        words.append(word.toUtf8());
    return words;
}

} // namespace openloop::probe
