// SPDX-License-Identifier: GPL-3.0-or-later
// Takes placeholders out of a URL, encodes what lies between, and makes the primes.
#include "gui/probe/targets/url_template.h"

#include "gui/probe/samples/words.h"

#include <QRegularExpression>
#include <QUrl>

#include <algorithm>
#include <random>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

/// Spaces, braces and bytes outside ASCII as %XX; what is encoded already stays.
QByteArray wireForm(QStringView literal)
{
    QByteArray out;
    for (const char c : literal.toUtf8()) {
        if (c > ' ' && c < '\x7f' && !QByteArrayView("\"<>\\^`{|}").contains(c))
            out += c;
        else
            out += '%' + QByteArray(1, c).toHex().toUpper();
    }
    return out;
}

/// The URL with its host as DNS knows it (RFC 5891: `xn--...`), for that can't be told by %XX; empty if it has no such
/// name.
QString withAsciiHost(const QString &url)
{
    static const QRegularExpression authority(u"\\A([^:/?#]+://(?:[^/?#@]*@)?)([^/?#:@\\[\\]]*)"_s);
    const auto match = authority.match(url);
    const QString host = match.captured(2);
    if (std::ranges::all_of(host, [](QChar c) { return c.unicode() < 0x80; }))
        return url;
    const QByteArray known = QUrl::toAce(host);
    return known.isEmpty() ? QString()
                           : match.captured(1) + QString::fromLatin1(known) + url.sliced(match.capturedEnd());
}

} // namespace

SemiprimeSource::SemiprimeSource() : m_random(gmp_randinit_default)
{
    std::random_device device;
    mpz_class seed;
    for (int i = 0; i < 4; ++i)
        seed = (seed << 32) + device();
    m_random.seed(seed);
}

mpz_class SemiprimeSource::primeOf(int digits)
{
    mpz_class low, prime;
    mpz_ui_pow_ui(low.get_mpz_t(), 10, static_cast<unsigned long>(digits - 1));
    do {
        prime = low + m_random.get_z_range(9 * low) - 1;
        mpz_nextprime(prime.get_mpz_t(), prime.get_mpz_t());
    } while (prime >= 10 * low); // the next one after 99..9 has a digit too many
    return prime;
}

QByteArray SemiprimeSource::next(int digits)
{
    const auto size = static_cast<std::size_t>(digits);
    for (;;) {
        const mpz_class product = primeOf(digits / 2) * primeOf(digits - digits / 2);
        const auto text = product.get_str();
        if (text.size() == size)
            return QByteArray::fromStdString(text);
    }
}

Parsed<UrlTemplate> UrlTemplate::parse(const QString &text)
{
    const QString url = withAsciiHost(text);
    if (url.isEmpty() && !text.isEmpty())
        return Parsed<UrlTemplate>::failed(tr("“%1” names no host").arg(text));
    static const QRegularExpression placeholder(u"\\{([A-Za-z]+):([^{}]*)\\}"_s);
    UrlTemplate result;
    qsizetype end = 0;
    for (auto matches = placeholder.globalMatch(url); matches.hasNext();) {
        const auto match = matches.next();
        bool isNumber = false;
        const int digits = match.capturedView(2).toInt(&isNumber);
        if (match.capturedView(1) != "semiprime"_L1)
            return Parsed<UrlTemplate>::failed(tr("“%1” is no template; {semiprime:90} is").arg(match.captured()));
        if (!isNumber || digits < 2 || digits > 400)
            return Parsed<UrlTemplate>::failed(tr("“%1”: a semiprime has 2 to 400 digits").arg(match.captured()));
        result.m_literals.append(wireForm(QStringView(url).sliced(end, match.capturedStart() - end)));
        result.m_digits.append(digits);
        end = match.capturedEnd();
    }
    result.m_literals.append(wireForm(QStringView(url).sliced(end)));
    return result;
}

QByteArray UrlTemplate::expanded(SemiprimeSource &source) const
{
    auto url = m_literals.first();
    for (qsizetype i = 0; i < m_digits.size(); ++i)
        url += source.next(m_digits[i]) + m_literals[i + 1];
    return url;
}

} // namespace openloop::probe
