// SPDX-License-Identifier: GPL-3.0-or-later
// Writes names, labels and numbers so that nothing a target is called can break a line.
#include "gui/probe/headless/always_on/exposition.h"

#include <QString>

#include <charconv>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

/// The shortest text that reads back as the same number.
template <typename... Format>
QByteArray numberOf(double value, Format... format)
{
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value, format...).ptr;
    return {text.data(), end - text.data()};
}

double secondsOf(Nanoseconds duration)
{
    return std::chrono::duration<double>(duration).count();
}

QByteArray escaped(const QString &value)
{
    auto bytes = value.toUtf8();
    return bytes.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
}

} // namespace

void ClassicHistogram::add(Nanoseconds duration)
{
    for (std::size_t i = 0; i < bounds.size(); ++i)
        m_upTo[i] += duration <= bounds[i] ? 1 : 0;
    addMoreThan(duration);
}

void ClassicHistogram::addMoreThan(Nanoseconds duration)
{
    ++m_count;
    m_sum += secondsOf(duration);
}

void Exposition::family(const QByteArray &name, const QByteArray &type, const QByteArray &help)
{
    m_name = name;
    m_text += "# HELP " + name + ' ' + help + "\n# TYPE " + name + ' ' + type + '\n';
}

void Exposition::value(const Labels &labels, double value)
{
    line({}, labels, {}, value);
}

void Exposition::value(const Labels &labels, const ClassicHistogram &histogram)
{
    for (std::size_t i = 0; i < ClassicHistogram::bounds.size(); ++i)
        line("_bucket", labels, numberOf(secondsOf(ClassicHistogram::bounds[i]), std::chars_format::fixed),
             static_cast<double>(histogram.upTo(i)));
    line("_bucket", labels, "+Inf", static_cast<double>(histogram.count()));
    line("_sum", labels, {}, histogram.sum());
    line("_count", labels, {}, static_cast<double>(histogram.count()));
}

void Exposition::states(const Labels &labels, const std::vector<QString> &all, const QString &current)
{
    for (const auto &state : all) {
        auto labelled = labels;
        labelled.emplace_back("state", state);
        value(labelled, state == current ? 1 : 0);
    }
}

void Exposition::line(const QByteArray &suffix, const Labels &labels, const QByteArray &bound, double value)
{
    m_text += m_name + suffix;
    QByteArray inBraces;
    for (const auto &[name, text] : labels)
        inBraces += (inBraces.isEmpty() ? "" : ",") + name + "=\"" + escaped(text) + '"';
    if (!bound.isEmpty())
        inBraces += (inBraces.isEmpty() ? "" : ",") + QByteArray("le=\"") + bound + '"';
    if (!inBraces.isEmpty())
        m_text += '{' + inBraces + '}';
    m_text += ' ' + numberOf(value) + '\n';
}

} // namespace openloop::probe
