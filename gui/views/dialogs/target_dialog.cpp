// SPDX-License-Identifier: GPL-3.0-or-later
// From a target to fields and back, durations in the words of people.
#include "gui/views/dialogs/target_dialog.h"

#include "gui/probe/samples/durations.h"
#include "gui/views/dialogs/buttons.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSpinBox>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

QString asText(const QList<probe::Header> &headers)
{
    QStringList lines;
    for (const auto &header : headers)
        lines << header.line();
    return lines.join(u'\n');
}

QString asText(const QList<probe::JsonExpectation> &expected)
{
    QStringList lines;
    for (const auto &[pointer, value] : expected)
        lines << (value ? pointer + u'=' + *value : pointer);
    return lines.join(u'\n');
}

QString asText(const QList<probe::HeaderExpectation> &expected)
{
    QStringList lines;
    for (const auto &[name, value] : expected)
        lines << (value.isEmpty() ? name : name + u": "_s + value);
    return lines.join(u'\n');
}

/// Header fields as they are written in lines; a line that is none is the error.
probe::Parsed<QList<probe::Header>> asHeaders(const QString &text)
{
    QList<probe::Header> headers;
    for (const auto &line : text.split(u'\n', Qt::SkipEmptyParts)) {
        const auto header = probe::parseHeader(line);
        if (!header)
            return probe::Parsed<QList<probe::Header>>::failed(header.error);
        headers << *header;
    }
    return headers;
}

/// Adds an expectation of that kind for each line. Returns what is wrong with one.
QString addLines(const QString &kind, const QString &text, probe::Expectation &expectation)
{
    for (const auto &line : text.split(u'\n', Qt::SkipEmptyParts)) {
        if (const auto problem = probe::addExpectation(kind + u'=' + line, expectation); !problem.isEmpty())
            return problem;
    }
    return {};
}

} // namespace

/// Milliseconds that read as people say them: "100 ms", "35 s"; takes any unit that profiles take.
class TargetDialog::DurationBox : public QSpinBox
{
public:
    DurationBox(probe::Nanoseconds value, QWidget *parent) : QSpinBox(parent)
    {
        setRange(1, 3'600'000);
        setStepType(AdaptiveDecimalStepType);
        setValue(milliseconds(value));
    }
    /// `before`, unless another value was entered: it may be finer than a millisecond.
    probe::Nanoseconds duration(probe::Nanoseconds before) const
    {
        return value() == milliseconds(before) ? before : std::chrono::milliseconds(value());
    }

protected:
    QString textFromValue(int value) const override
    {
        return value < 1000 ? u"%1 ms"_s.arg(value) : QString::number(value / 1000.0, 'g', 7) + u" s"_s;
    }
    int valueFromText(const QString &text) const override
    {
        const auto parsed = probe::parseDuration(QString(text).replace(u',', u'.'));
        return parsed ? milliseconds(*parsed) : value();
    }
    void fixup(QString &text) const override
    {
        if (!text.isEmpty() && text.back().isDigit())
            text += u" ms"_s;
    }
    QValidator::State validate(QString &text, int &) const override
    {
        const auto parsed = probe::parseDuration(QString(text).replace(u',', u'.'));
        const bool fits = parsed && *parsed >= std::chrono::milliseconds(minimum())
            && *parsed <= std::chrono::milliseconds(maximum());
        return fits ? QValidator::Acceptable : QValidator::Intermediate;
    }

private:
    static int milliseconds(probe::Nanoseconds duration)
    {
        return static_cast<int>(
            std::clamp<qint64>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count(), 1, 3'600'000));
    }
};

TargetDialog::TargetDialog(const probe::Target &target, QWidget *parent) : QDialog(parent), m_before(target)
{
    setWindowTitle(tr("Target /%1").arg(target.name));
    m_url = new QLineEdit(target.url, this);
    m_method = new QComboBox(this);
    m_method->setEditable(true);
    m_method->addItems({u"GET"_s, u"HEAD"_s, u"POST"_s, u"PUT"_s, u"DELETE"_s});
    m_method->setCurrentText(QString::fromLatin1(target.method));
    m_headers = new QPlainTextEdit(asText(target.headers), this);
    m_body = new QPlainTextEdit(QString::fromUtf8(target.body), this);
    m_headers->setObjectName(u"headers"_s);
    m_json = new QPlainTextEdit(asText(target.expectation.json), this);
    m_json->setObjectName(u"expectedJson"_s);
    m_json->setPlaceholderText(u"/status=healthy"_s);
    m_json->setToolTip(tr("/status=healthy, or /status where any value is good; one a line"));
    m_expectedHeaders = new QPlainTextEdit(asText(target.expectation.headers), this);
    m_expectedHeaders->setObjectName(u"expectedHeaders"_s);
    m_expectedHeaders->setPlaceholderText(u"Content-Type: json"_s);
    m_expectedHeaders->setToolTip(tr("Content-Type: json, or Content-Type where any value is good; one a line"));
    for (auto *edit : {m_headers, m_body, m_json, m_expectedHeaders}) {
        edit->setMaximumHeight(64);
        edit->setTabChangesFocus(true);
    }
    m_interval = new DurationBox(target.interval, this);
    m_timeout = new DurationBox(target.timeout, this);
    m_status = new QLineEdit(probe::statusText(target.expectation.status), this);
    m_status->setObjectName(u"status"_s);
    m_status->setToolTip(tr("2xx, 204 or 200-299; several with commas between"));
    m_contains = new QLineEdit(QString::fromUtf8(target.expectation.bodyContains), this);
    m_matches = new QLineEdit(target.expectation.bodyMatches, this);
    m_matches->setObjectName(u"matches"_s);
    m_matches->setToolTip(tr("A regular expression"));
    m_newConnection = new QCheckBox(tr("A new connection for each request"), this);
    m_newConnection->setChecked(target.newConnectionEachTime);
    m_anyCertificate = new QCheckBox(tr("&Accept any certificate"), this);
    m_anyCertificate->setObjectName(u"anyCertificate"_s);
    m_anyCertificate->setToolTip(tr("For services with a certificate of their own making, like curl --insecure"));
    m_anyCertificate->setChecked(!target.verifyTls);
    m_problem = new QLabel(this);
    m_problem->setWordWrap(true);
    auto *form = new QFormLayout(this);
    form->addRow(tr("&URL"), m_url);
    form->addRow(tr("&Method"), m_method);
    form->addRow(tr("&Headers"), m_headers);
    form->addRow(tr("&Body"), m_body);
    form->addRow(tr("&Interval"), m_interval);
    form->addRow(tr("&Timeout"), m_timeout);
    form->addRow(tr("Expected &status"), m_status);
    form->addRow(tr("Body &contains"), m_contains);
    form->addRow(tr("Body matches &pattern"), m_matches);
    form->addRow(tr("&JSON values"), m_json);
    form->addRow(tr("Answer's hea&ders"), m_expectedHeaders);
    form->addRow(QString(), m_newConnection);
    form->addRow(QString(), m_anyCertificate);
    form->addRow(m_problem);
    form->addRow(okAndCancel(*this));
    resize(520, sizeHint().height());
}

probe::Target TargetDialog::target() const
{
    probe::Target result = m_before;
    result.url = m_url->text().trimmed();
    result.method = m_method->currentText().trimmed().toUpper().toLatin1();
    if (m_headers->toPlainText() != asText(m_before.headers))
        result.headers = asHeaders(m_headers->toPlainText()).value.value_or(QList<probe::Header>());
    if (m_body->toPlainText() != QString::fromUtf8(m_before.body)) { // bytes that are no text stay as they are
        result.body = m_body->toPlainText().toUtf8();
        result.options.hasBody.reset();
    }
    result.interval = m_interval->duration(m_before.interval);
    result.timeout = m_timeout->duration(m_before.timeout);
    result.expectation.status = probe::parseStatuses(m_status->text()).value.value_or(QList<probe::StatusRange>());
    result.expectation.bodyContains = m_contains->text().toUtf8();
    result.expectation.bodyMatches = m_matches->text();
    if (m_json->toPlainText() != asText(m_before.expectation.json)) {
        result.expectation.json.clear();
        addLines(u"json"_s, m_json->toPlainText(), result.expectation);
    }
    if (m_expectedHeaders->toPlainText() != asText(m_before.expectation.headers)) {
        result.expectation.headers.clear();
        addLines(u"header"_s, m_expectedHeaders->toPlainText(), result.expectation);
    }
    result.newConnectionEachTime = m_newConnection->isChecked();
    result.verifyTls = !m_anyCertificate->isChecked();
    return result;
}

QString TargetDialog::problem() const
{
    if (const auto status = probe::parseStatuses(m_status->text()); !status)
        return status.error;
    if (const auto headers = asHeaders(m_headers->toPlainText()); !headers)
        return headers.error;
    probe::Expectation expectation;
    for (const auto &[kind, edit] : {std::pair(u"json"_s, m_json), {u"header"_s, m_expectedHeaders}}) {
        if (const auto problem = addLines(kind, edit->toPlainText(), expectation); !problem.isEmpty())
            return problem;
    }
    return probe::problemOf(target());
}

void TargetDialog::accept()
{
    const auto problem = this->problem();
    m_problem->setText(problem);
    if (problem.isEmpty())
        QDialog::accept();
}

} // namespace openloop::gui
