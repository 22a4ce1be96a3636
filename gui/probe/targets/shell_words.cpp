// SPDX-License-Identifier: GPL-3.0-or-later
// Bash: quotes, escapes and comments, character by character; and which shell a text is for.
#include "gui/probe/targets/shell_words.h"

#include "gui/probe/samples/words.h"

#include <QRegularExpression>

#include <algorithm>
#include <utility>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

class Reader
{
public:
    explicit Reader(const QString &text) : m_text(text) { }

    Parsed<QList<QByteArray>> words()
    {
        while (m_at < m_text.size() && m_problem.isEmpty())
            step(next());
        endWord();
        return m_problem.isEmpty() ? Parsed<QList<QByteArray>>(m_words) : Parsed<QList<QByteArray>>::failed(m_problem);
    }

private:
    QChar next() { return m_text[m_at++]; }
    bool atEnd() const { return m_at >= m_text.size(); }
    bool isNext(QStringView any) const { return !atEnd() && any.contains(m_text[m_at]); }
    void put(QStringView text) { m_word += text.toUtf8(); }
    void add(QChar c)
    {
        const bool isPair = c.isHighSurrogate() && !atEnd() && m_text[m_at].isLowSurrogate();
        put(isPair ? QStringView(m_text).sliced(m_at++ - 1, 2) : QStringView(&c, 1));
        m_inWord = true;
    }
    void refuse(const QString &problem)
    {
        if (m_problem.isEmpty())
            m_problem = problem;
        m_at = m_text.size();
    }
    void endWord()
    {
        if (m_inWord)
            m_words.append(m_word);
        m_word.clear();
        m_inWord = false;
    }

    void step(QChar c)
    {
        if (c == u'\\')
            escaped();
        else if (c == u'\'')
            singleQuoted();
        else if (c == u'"')
            doubleQuoted();
        else if (c == u'$' && isNext(u"'"))
            ansiQuoted();
        else if (c == u'$' && isNext(u"\""))
            ; // a text to be translated, where there are translations
        else if (c == u'$' || c == u'`')
            expansion(c);
        else if (c == u'\n' || QStringView(u";|&<>()").contains(c))
            endOfCommand(c);
        else if (c.isSpace())
            endWord();
        else if (c == u'#' && !m_inWord)
            m_at = std::max(m_at, m_text.indexOf(u'\n', m_at) < 0 ? m_text.size() : m_text.indexOf(u'\n', m_at));
        else if (c == u'~' && !m_inWord)
            refuse(tr("“~” stands for a folder of yours; write it out, or quote it"));
        else if (c == u'{' && isBraceExpansion())
            refuse(tr("bash makes several words of “{…}”; quote it"));
        else
            add(c);
    }

    /// `{a,b}` and `{1..3}`.
    bool isBraceExpansion() const
    {
        static const QRegularExpression form(u"\\G[^\\s'\"{}]*(?:,|\\.\\.)[^\\s'\"{}]*\\}"_s);
        return form.match(m_text, m_at).hasMatch();
    }

    void expansion(QChar c)
    {
        static const QRegularExpression name(u"\\G(?:[A-Za-z_][A-Za-z0-9_]*|\\{[^}]*\\}|[0-9@*#?$!-])"_s);
        const auto match = name.match(m_text, m_at);
        if (c == u'`' || isNext(u"("))
            refuse(tr("“%1” runs another command; put in its place what that prints")
                       .arg(c == u'`' ? u"`…`"_s : u"$(…)"_s));
        else if (match.hasMatch())
            refuse(tr("“$%1” is a variable of your shell; put its value in its place").arg(match.captured()));
        else
            add(c);
    }

    void escaped()
    {
        if (atEnd())
            return add(u'\\');
        const auto c = next();
        if (c == u'\r' && isNext(u"\n"))
            ++m_at;
        else if (c != u'\n')
            add(c);
    }

    void singleQuoted()
    {
        m_inWord = true;
        const auto end = m_text.indexOf(u'\'', m_at);
        if (end < 0)
            return fail();
        put(QStringView(m_text).sliced(m_at, end - m_at));
        m_at = end + 1;
    }

    void doubleQuoted()
    {
        m_inWord = true;
        while (!atEnd()) {
            const auto c = next();
            if (c == u'"')
                return;
            if (c == u'\\' && isNext(u"\\\"$`\n")) {
                const auto kept = next();
                if (kept != u'\n')
                    add(kept);
            } else if (c == u'$' || c == u'`') {
                expansion(c);
            } else {
                add(c);
            }
        }
        fail();
    }

    void ansiQuoted() // as browsers write bodies with line ends or quotes
    {
        m_inWord = true;
        ++m_at;
        QByteArray before = std::exchange(m_word, {});
        while (!atEnd()) {
            const auto c = next();
            if (c == u'\'') {
                const auto end = m_word.indexOf('\0'); // what follows a zero byte is lost
                m_word = before + (end < 0 ? m_word : m_word.first(end));
                return;
            }
            if (c == u'\\' && !atEnd())
                ansiEscape(next());
            else
                add(c);
        }
        fail();
    }

    /// Bash's manual, "ANSI-C Quoting".
    void ansiEscape(QChar c)
    {
        static const QByteArray letters = "abeEfnrtv\\'\"?", bytes = "\a\b\x1b\x1b\f\n\r\t\v\\'\"?";
        const auto known = c.unicode() < 128 ? letters.indexOf(static_cast<char>(c.unicode())) : -1;
        if (known >= 0)
            m_word += bytes[known];
        else if (c == u'x')
            number(c, 16, 2, false);
        else if (c == u'u' || c == u'U')
            number(c, 16, c == u'u' ? 4 : 8, true);
        else if (c >= u'0' && c <= u'7') {
            --m_at;
            number(c, 8, 3, false);
        } else if (c == u'c' && !atEnd() && m_text[m_at].unicode() < 128) {
            const auto control = next().unicode();
            m_word += static_cast<char>(control == u'?' ? 0x7f : control & 0x1f);
        } else {
            m_word += '\\';
            add(c);
        }
    }

    void number(QChar letter, int base, int most, bool isCharacter)
    {
        char32_t value = 0;
        int digits = 0;
        for (; digits < most && !atEnd(); ++digits) {
            bool isDigit = false;
            const auto digit = m_text.sliced(m_at, 1).toUInt(&isDigit, base);
            if (!isDigit)
                break;
            value = value * static_cast<char32_t>(base) + digit;
            ++m_at;
        }
        if (digits == 0) {
            m_word += '\\';
            add(letter);
        } else if (!isCharacter) {
            m_word += static_cast<char>(value & 0xff);
        } else if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) {
            refuse(tr("“\\%1” with %2 is no character").arg(letter).arg(value, 0, 16));
        } else {
            m_word += QString::fromUcs4(&value, 1).toUtf8();
        }
    }

    void endOfCommand(QChar c)
    {
        endWord();
        if (!QStringView(m_text).sliced(m_at).trimmed().isEmpty())
            refuse(c == u'\n' ? tr("there is a second line; paste one command")
                              : tr("“%1” leads to another command; paste one command, or quote the URL").arg(c));
        m_at = m_text.size();
    }

    void fail() { refuse(tr("a quote is not closed")); }

    QString m_text;
    qsizetype m_at = 0;
    QByteArray m_word;
    bool m_inWord = false;
    QList<QByteArray> m_words;
    QString m_problem;
};

} // namespace

Parsed<QList<QByteArray>> bashWords(const QString &command)
{
    const auto begin = std::ranges::find_if_not(command, [](QChar c) { return c.isSpace(); }) - command.begin();
    return Reader(command.sliced(begin)).words(); // blanks at the end may be escaped
}

Parsed<QList<QByteArray>> shellWords(const QString &command)
{
    static const QRegularExpression caret(u"\\^(?:\"|\\s*\\n|$)"_s), backtick(u"`\\s*\\n"_s),
        windows(u"^\\s*curl\\.exe\\s"_s), caretFirst(u"^\\s*curl(?:\\.exe)?\\s[^'\"]*\\^\""_s);
    if (caretFirst.match(command).hasMatch())
        return cmdWords(command);
    if (caret.match(command).hasMatch() && !command.contains(u'\''))
        return cmdWords(command);
    if (backtick.match(command).hasMatch())
        return powerShellWords(command);
    if (windows.match(command).hasMatch())
        return command.contains(u'\'') ? powerShellWords(command) : cmdWords(command);
    return bashWords(command);
}

} // namespace openloop::probe
