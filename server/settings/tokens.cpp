// SPDX-License-Identifier: GPL-3.0-or-later
// One line, as files had it before tokens had names, stays the token that it was.
#include "server/settings/tokens.h"

#include "server/http/message/characters.h"
#include "server/settings/usage_error.h"

#include <QFile>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

struct Line {
    int number;
    QByteArrayView text;
};

QList<Line> linesOf(const QByteArray &bytes)
{
    QList<Line> lines;
    int number = 0;
    for (qsizetype begin = 0; begin < bytes.size(); ++number) {
        const qsizetype found = bytes.indexOf('\n', begin);
        const qsizetype end = found < 0 ? bytes.size() : found;
        const QByteArrayView text = QByteArrayView(bytes).sliced(begin, end - begin).trimmed();
        if (!text.isEmpty() && text[0] != '#')
            lines.append({number + 1, text});
        begin = end + 1;
    }
    return lines;
}

bool isName(QByteArrayView text)
{
    const auto isOfNames = [](char c) {
        return http::isAlpha(c) || http::isDigit(c) || c == '.' || c == '_' || c == '-';
    };
    return !text.isEmpty() && text.size() <= Tokens::longestName && http::allOf(text, isOfNames);
}

[[noreturn]] void refuse(const Line &line, const QString &what)
{
    throw UsageError(u"line %1 of its file %2"_s.arg(line.number).arg(what));
}

// Takes as long for a wrong first character as for a wrong last one.
bool equalInConstantTime(QByteArrayView given, QByteArrayView wanted)
{
    unsigned difference = given.size() == wanted.size() ? 0 : 1;
    for (qsizetype i = 0; i < given.size(); ++i)
        difference |= unsigned(given[i] ^ wanted[i % wanted.size()]);
    return difference == 0;
}

struct Entry {
    QString name;
    QByteArrayView token;
};

// isAlone: whatever it is, it is a token.
Entry entryOf(const Line &line, bool isAlone)
{
    const qsizetype colon = line.text.indexOf(':');
    const QByteArrayView name = line.text.first(qMax(colon, qsizetype(0))).trimmed();
    const QByteArrayView behind = line.text.sliced(colon + 1).trimmed();
    const bool isNamed = isName(name) && (!behind.isEmpty() || !isAlone);
    if (colon >= 0 && !isNamed && !isAlone) {
        refuse(line,
               u"has before its colon something else than a name: 1 to %1 letters, digits, . _ -"_s.arg(
                   Tokens::longestName));
    }
    const QByteArrayView token = isNamed ? behind : line.text;
    if (token.isEmpty())
        refuse(line, u"has a name, and no token behind it"_s);
    if (token.size() > Tokens::longestToken)
        refuse(line, u"has a token of more than %1 bytes"_s.arg(Tokens::longestToken));
    return {isNamed ? QString::fromLatin1(name) : u"line %1"_s.arg(line.number), token};
}

} // namespace

Tokens Tokens::in(const QByteArray &bytes)
{
    Tokens tokens;
    const QList<Line> lines = linesOf(bytes);
    if (lines.isEmpty())
        throw UsageError(u"there is no token in its file"_s);
    if (lines.size() > most)
        throw UsageError(u"its file has more than %1 tokens"_s.arg(most));
    const bool isAlone = lines.size() == 1;
    for (const Line &line : lines) {
        const Entry entry = entryOf(line, isAlone);
        if (tokens.m_names.contains(entry.name))
            refuse(line, u"has the name of another one, %1"_s.arg(entry.name));
        if (tokens.contain(entry.token))
            refuse(line, u"has the token of another one"_s);
        tokens.m_names.append(entry.name);
        tokens.m_tokens.append(entry.token.toByteArray());
        if (isAlone && entry.token != line.text)
            tokens.m_tokens.append(line.text.toByteArray());
    }
    return tokens;
}

Tokens Tokens::ofFile(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        throw UsageError(u"its file can't be read: %1"_s.arg(file.errorString()));
    const QByteArray bytes = file.read(largestFile + 1);
    if (bytes.size() > largestFile)
        throw UsageError(u"its file has more than %1 bytes"_s.arg(largestFile));
    return in(bytes);
}

bool Tokens::contain(QByteArrayView given) const
{
    bool found = false;
    for (const QByteArray &token : m_tokens)
        found |= equalInConstantTime(given, token);
    return found;
}

} // namespace openloop
