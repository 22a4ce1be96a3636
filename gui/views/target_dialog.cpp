// SPDX-License-Identifier: GPL-3.0-or-later
// See target_dialog.h.
#include "gui/views/target_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSpinBox>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

QSpinBox *spin(int from, int to, int value, const QString &suffix, QWidget *parent)
{
    auto *box = new QSpinBox(parent);
    box->setRange(from, to);
    box->setValue(value);
    box->setSuffix(suffix);
    return box;
}

int milliseconds(probe::Nanoseconds duration)
{
    return static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

QString asText(const QList<probe::Header> &headers)
{
    QStringList lines;
    for (const auto &header : headers)
        lines << header.name + u": "_s + header.value;
    return lines.join(u'\n');
}

QList<probe::Header> asHeaders(const QString &text)
{
    QList<probe::Header> headers;
    for (const auto &line : text.split(u'\n', Qt::SkipEmptyParts)) {
        const auto colon = line.indexOf(u':');
        headers << probe::Header {line.left(colon).trimmed(), colon < 0 ? QString() : line.mid(colon + 1).trimmed()};
    }
    return headers;
}

} // namespace

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
    for (auto *edit : {m_headers, m_body})
        edit->setMaximumHeight(64);
    m_interval = spin(1, 3'600'000, milliseconds(target.interval), u" ms"_s, this);
    m_timeout = spin(1, 3'600'000, milliseconds(target.timeout), u" ms"_s, this);
    m_statusFrom = spin(100, 599, target.expectation.statusFrom, {}, this);
    m_statusTo = spin(100, 599, target.expectation.statusTo, {}, this);
    m_contains = new QLineEdit(QString::fromUtf8(target.expectation.bodyContains), this);
    m_newConnection = new QCheckBox(tr("A new connection for each request"), this);
    m_newConnection->setChecked(target.newConnectionEachTime);
    m_problem = new QLabel(this);
    m_problem->setWordWrap(true);
    auto *status = new QHBoxLayout;
    status->addWidget(m_statusFrom);
    status->addWidget(new QLabel(tr("to"), this));
    status->addWidget(m_statusTo);
    status->addStretch(1);
    auto *form = new QFormLayout(this);
    form->addRow(tr("&URL"), m_url);
    form->addRow(tr("&Method"), m_method);
    form->addRow(tr("&Headers"), m_headers);
    form->addRow(tr("&Body"), m_body);
    form->addRow(tr("&Interval"), m_interval);
    form->addRow(tr("&Timeout"), m_timeout);
    form->addRow(tr("Expected status"), status);
    form->addRow(tr("Body &contains"), m_contains);
    form->addRow(QString(), m_newConnection);
    form->addRow(m_problem);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    connect(buttons, &QDialogButtonBox::accepted, this, &TargetDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &TargetDialog::reject);
    form->addRow(buttons);
    resize(520, sizeHint().height());
}

probe::Target TargetDialog::target() const
{
    probe::Target result = m_before;
    result.url = m_url->text().trimmed();
    result.method = m_method->currentText().trimmed().toUpper().toLatin1();
    result.headers = asHeaders(m_headers->toPlainText());
    result.body = m_body->toPlainText().toUtf8();
    result.interval = std::chrono::milliseconds(m_interval->value());
    result.timeout = std::chrono::milliseconds(m_timeout->value());
    result.expectation = {m_statusFrom->value(), m_statusTo->value(), m_contains->text().toUtf8()};
    result.newConnectionEachTime = m_newConnection->isChecked();
    return result;
}

void TargetDialog::accept()
{
    const QString problem = probe::problemOf(target());
    m_problem->setText(problem);
    if (problem.isEmpty())
        QDialog::accept();
}

} // namespace openloop::gui
