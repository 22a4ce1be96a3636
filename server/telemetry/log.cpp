// SPDX-License-Identifier: GPL-3.0-or-later
// The two message handlers; each writes a line at once, so that lines of different threads do not mix.
#include "server/telemetry/log.h"

#include "server/http/message/json.h"

#include <QDateTime>

#include <cstdio>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

QString levelName(QtMsgType type)
{
    switch (type) {
    case QtDebugMsg: return u"debug"_s;
    case QtInfoMsg: return u"info"_s;
    case QtWarningMsg: return u"warning"_s;
    case QtCriticalMsg: return u"error"_s;
    case QtFatalMsg: return u"fatal"_s;
    }
    return {};
}

void write(const QByteArray &line)
{
    std::fwrite(line.constData(), 1, size_t(line.size()), stderr);
}

void logText(QtMsgType type, const QMessageLogContext &, const QString &message)
{
    write((QDateTime::currentDateTime().toString(u"HH:mm:ss.zzz "_s) + levelName(type) + u": "_s + message + u'\n')
              .toUtf8());
}

void logJson(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    const http::Json line{
        {u"time"_s, QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs)},
        {u"level"_s, levelName(type)},
        {u"category"_s, QString::fromUtf8(context.category)},
        {u"message"_s, message},
    };
    write(line.text() + '\n');
}

} // namespace

void startLog(LogFormat format)
{
    qInstallMessageHandler(format == LogFormat::Text ? logText : logJson);
}

} // namespace openloop
