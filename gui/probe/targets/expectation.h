// SPDX-License-Identifier: GPL-3.0-or-later
// What a good answer looks like, beyond having come: status, text, pattern, values within JSON, header fields.
#pragma once

#include "gui/probe/samples/parsed.h"

#include <QByteArray>
#include <QList>
#include <QRegularExpression>
#include <QString>

#include <functional>
#include <optional>

namespace openloop::probe {

/// Statuses from..to, inclusive, 100..599.
struct StatusRange {
    int from = 200;
    int to = 399;

    bool operator==(const StatusRange &) const = default;
};

/// A value that is to be at a place within a JSON body.
struct JsonExpectation {
    QString pointer; ///< RFC 6901; empty: the whole body
    std::optional<QString> value; ///< JSON, or the text of a string; nothing: any value

    bool operator==(const JsonExpectation &) const = default;
};

/// A field that the answer is to have.
struct HeaderExpectation {
    QString name;
    QString value; ///< looked for within the field's value; empty: any

    bool operator==(const HeaderExpectation &) const = default;
};

/// What a good answer looks like; anything else is an error of the target, however fast it came. All of it must hold;
/// the body is judged as it is once decoded, its first MiB.
struct Expectation {
    static constexpr qsizetype judgedBytes = 1 << 20;
    static constexpr qsizetype longestText = 65'536; ///< bytes that a body may be asked to contain
    static constexpr qsizetype longestPattern = 1000; ///< characters; so of a pointer
    static constexpr qsizetype mostOfAKind = 32; ///< ranges, values, fields

    QList<StatusRange> status{StatusRange()};
    QByteArray bodyContains; ///< empty: any body
    QString bodyMatches; ///< a regular expression of PCRE2; empty: any body
    QList<JsonExpectation> json;
    QList<HeaderExpectation> headers;

    bool needsBody() const { return !bodyContains.isEmpty() || !bodyMatches.isEmpty() || !json.isEmpty(); }
    bool expects(int code) const;
    bool operator==(const Expectation &) const = default;
};

/// `2xx`, `204`, `200-299`, and several of them with commas between. Errors name what is wrong and the bounds.
Parsed<QList<StatusRange>> parseStatuses(const QString &text);
/// As parseStatuses takes it.
QString statusText(const QList<StatusRange> &ranges);

/// `status=2xx,304`, `text=TEXT`, `regex=PATTERN`, `json=/POINTER[=VALUE]` or `header=NAME[: VALUE]`, added to what is
/// expected already; a status replaces the one before. Returns what is wrong with it.
QString addExpectation(const QString &text, Expectation &expectation);
/// What is wrong with it: field and bound; empty: nothing.
QString problemOf(const Expectation &expectation);

/// Holds answers against an expectation. One thread.
class AnswerJudge
{
public:
    using FieldOf = std::function<QByteArray(const QByteArray &name)>; ///< an answer's field; null where it has none

    explicit AnswerJudge(const Expectation &expectation);
    /// What of the body or the fields is not as expected, in a few words: `/status is "degraded"`; empty: nothing.
    QString unmet(const QByteArray &body, const FieldOf &fieldOf) const;

private:
    Expectation m_expectation;
    QRegularExpression m_pattern;
};

} // namespace openloop::probe
