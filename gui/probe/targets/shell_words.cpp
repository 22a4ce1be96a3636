// SPDX-License-Identifier: GPL-3.0-or-later
// Quotes, escapes and comments, character by character.
#include "gui/probe/targets/shell_words.h"

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

class Reader
{
public:
    explicit Reader(const QString &text) : m_text(text) { }

    Parsed<QStringList> words()
    {
        while (m_at < m_text.size() && m_problem.isEmpty())
            step(next());
        endWord();
        return m_problem.isEmpty() ? Parsed<QStringList>(m_words) : Parsed<QStringList>::failed(m_problem);
    }

private:
    QChar next() { return m_text[m_at++]; }
    bool atEnd() const { return m_at >= m_text.size(); }
    void add(QChar c)
    {
        m_word += c;
        m_inWord = true;
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
        else if (c == u'$' && !atEnd() && m_text[m_at] == u'\'')
            ansiQuoted();
        else if (c == u'\n' || QStringView(u";|&<>").contains(c))
            endOfCommand(c);
        else if (c.isSpace())
            endWord();
        else
            add(c);
    }

    void escaped()
    {
        if (atEnd())
            return;
        const auto c = next();
        if (c == u'\r' && !atEnd() && m_text[m_at] == u'\n')
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
        m_word += QStringView(m_text).sliced(m_at, end - m_at);
        m_at = end + 1;
    }

    void doubleQuoted()
    {
        m_inWord = true;
        while (!atEnd()) {
            const auto c = next();
            if (c == u'"')
                return;
            if (c == u'\\' && !atEnd() && QStringView(u"\\\"$`\n").contains(m_text[m_at])) {
                const auto kept = next();
                if (kept != u'\n')
                    m_word += kept;
            } else {
                m_word += c;
            }
        }
        fail();
    }

    void ansiQuoted() // as browsers write bodies with line ends or quotes
    {
        m_inWord = true;
        ++m_at;
        while (!atEnd()) {
            const auto c = next();
            if (c == u'\'')
                return;
            m_word += c == u'\\' && !atEnd() ? ansiEscape(next()) : QString(c);
        }
        fail();
    }

    QString ansiEscape(QChar c)
    {
        switch (c.unicode()) {
        case u'n': return u"\n"_s;
        case u'r': return u"\r"_s;
        case u't': return u"\t"_s;
        case u'x': return hexadecimal(2);
        case u'u': return hexadecimal(4);
        default: return c;
        }
    }

    QString hexadecimal(int most)
    {
        uint value = 0;
        for (int i = 0; i < most && !atEnd(); ++i) {
            bool isDigit = false;
            const auto digit = m_text.sliced(m_at, 1).toUInt(&isDigit, 16);
            if (!isDigit)
                break;
            value = value * 16 + digit;
            ++m_at;
        }
        return QString(QChar(static_cast<char16_t>(value)));
    }

    void endOfCommand(QChar c)
    {
        endWord();
        if (!QStringView(m_text).sliced(m_at).trimmed().isEmpty())
            m_problem = c == u'\n' ? u"there is a second line; paste one command"_s
                                   : u"“%1” leads to another command; paste one command, or quote the URL"_s.arg(c);
        m_at = m_text.size();
    }

    void fail() { m_problem = u"a quote is not closed"_s; }

    QString m_text;
    qsizetype m_at = 0;
    QString m_word;
    bool m_inWord = false;
    QStringList m_words;
    QString m_problem;
};

} // namespace

Parsed<QStringList> shellWords(const QString &command)
{
    return Reader(command.trimmed()).words();
}

} // namespace openloop::probe
