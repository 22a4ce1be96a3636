// SPDX-License-Identifier: GPL-3.0-or-later
// Writes names, labels and numbers so that no text can break a line.
#include "common/exposition.h"

#include <array>
#include <charconv>

namespace openloop {

namespace {

/// The shortest text that reads back as the same number.
template <typename... Format>
QByteArray numberOf(double value, Format... format)
{
    std::array<char, 512> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value, format...).ptr;
    return {text.data(), end - text.data()};
}

QByteArray escaped(QByteArray value)
{
    return value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
}

} // namespace

// In OpenMetrics a counter's family has no _total, only its samples.
void Exposition::family(const QByteArray &name, const QByteArray &type, const QByteArray &help)
{
    m_name = name;
    const bool cuts = m_format == Format::OpenMetrics && type == "counter" && name.endsWith("_total");
    const QByteArray family = cuts ? name.chopped(6) : name;
    m_text += "# HELP " + family + ' ' + help + "\n# TYPE " + family + ' ' + type + '\n';
}

void Exposition::value(const Labels &labels, double value)
{
    line({}, labels, {}, value);
}

// OpenMetrics wants a point in each bound.
void Exposition::histogram(const Labels &labels, const std::vector<Bucket> &buckets, double sum)
{
    quint64 count = 0;
    for (const Bucket &bucket : buckets) {
        QByteArray bound = bucket.bound ? numberOf(*bucket.bound, std::chars_format::fixed) : QByteArray("+Inf");
        if (m_format == Format::OpenMetrics && bucket.bound && !bound.contains('.'))
            bound += ".0";
        count = bucket.upTo;
        line("_bucket", labels, bound, double(count), bucket.exemplar);
    }
    line("_sum", labels, {}, sum);
    line("_count", labels, {}, double(count));
}

void Exposition::line(const QByteArray &suffix, const Labels &labels, const QByteArray &bound, double value,
                      const std::optional<Exemplar> &exemplar)
{
    m_text += m_name + suffix;
    QByteArray inBraces;
    for (const auto &[name, text] : labels)
        inBraces += (inBraces.isEmpty() ? "" : ",") + name + "=\"" + escaped(text.toUtf8()) + '"';
    if (!bound.isEmpty())
        inBraces += (inBraces.isEmpty() ? "" : ",") + QByteArray("le=\"") + bound + '"';
    if (!inBraces.isEmpty())
        m_text += '{' + inBraces + '}';
    m_text += ' ' + numberOf(value);
    if (exemplar && m_format == Format::OpenMetrics)
        m_text += " # {trace_id=\"" + escaped(exemplar->traceId) + "\"} " + numberOf(exemplar->value) + ' '
            + numberOf(exemplar->time, std::chars_format::fixed, 3);
    m_text += '\n';
}

} // namespace openloop
