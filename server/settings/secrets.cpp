// SPDX-License-Identifier: GPL-3.0-or-later
// A password may have any character, also those that would end the login of a URL: it ends at the last @. What a name
// with a percent sign stands for is not looked at.
#include "server/settings/secrets.h"

#include <QRegularExpression>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

QString withoutSecrets(QString text)
{
    static const QRegularExpression named(
        u"((?:(?:pass|pwd|secret|token|key|auth|sig|credential)[\\w-]*|[\\w-]*%[\\w%-]*)\\s*=\\s*)('[^']*|[^&#\\s]*)"_s,
        QRegularExpression::CaseInsensitiveOption);
    static const QRegularExpression authority(u"://([^/?#]*)"_s);
    text.replace(named, u"\\1***"_s);
    const QRegularExpressionMatch found = authority.match(text);
    const qsizetype begin = found.capturedStart(1);
    const qsizetype end = text.lastIndexOf(u'@');
    const QString host = found.captured(1);
    if (!found.hasMatch() || end < begin || !(host.contains(u'@') || host.contains(u':')))
        return text;
    const qsizetype colon = text.indexOf(u':', begin);
    if (colon >= 0 && colon < end)
        return text.replace(colon + 1, end - colon - 1, u"***"_s);
    return text.startsWith(u"http") ? text.replace(begin, end - begin, u"***"_s) : text;
}

} // namespace openloop
