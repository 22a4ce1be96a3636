// SPDX-License-Identifier: GPL-3.0-or-later
// The text that Prometheus reads, in its own format or in the one of OpenMetrics: both programs tell of themselves so.
#pragma once

#include <QByteArray>
#include <QString>

#include <optional>
#include <utility>
#include <vector>

namespace openloop {

/// Written family by family. A value; one thread.
class Exposition
{
public:
    enum class Format {
        Prometheus, ///< text, version 0.0.4
        OpenMetrics, ///< text, version 1.0.0
    };
    /// Names and values; any text is a value.
    using Labels = std::vector<std::pair<QByteArray, QString>>;

    /// One event of those that a bucket counts, to be found by its trace.
    struct Exemplar {
        QByteArray traceId;
        double value = 0; ///< in the family's unit
        double time = 0; ///< s since 1970
    };

    struct Bucket {
        std::optional<double> bound; ///< none: beyond all others; the last one
        quint64 upTo = 0; ///< cumulative
        std::optional<Exemplar> exemplar = {}; ///< OpenMetrics alone shows it
    };

    explicit Exposition(Format format = Format::Prometheus) : m_format(format) { }

    /// What follows is of this family. name: that of a counter ends with _total. type: gauge, counter or histogram.
    void family(const QByteArray &name, const QByteArray &type, const QByteArray &help);
    void value(const Labels &labels, double value);
    void histogram(const Labels &labels, const std::vector<Bucket> &buckets, double sum);

    /// The whole, with its end.
    QByteArray text() const { return m_format == Format::OpenMetrics ? m_text + "# EOF\n" : m_text; }

private:
    void line(const QByteArray &suffix, const Labels &labels, const QByteArray &bound, double value,
              const std::optional<Exemplar> &exemplar = {});

    Format m_format;
    QByteArray m_text;
    QByteArray m_name;
};

} // namespace openloop
