// SPDX-License-Identifier: GPL-3.0-or-later
// Reads line by line, so that each complaint names its line.
#include "server/settings/option_file.h"

#include "server/settings/secrets.h"
#include "server/settings/usage_error.h"

#include <QFile>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

QMap<QString, QString> optionsIn(const QByteArray &bytes, const QString &path, const QStringList &names)
{
    QMap<QString, QString> values;
    const QStringList lines = QString::fromUtf8(bytes).split(u'\n');
    for (qsizetype i = 0; i < lines.size(); ++i) {
        const auto complain = [&](const QString &text) {
            throw UsageError(u"%1, line %2: %3"_s.arg(path, QString::number(i + 1), text));
        };
        if (lines[i].contains(QChar::Null))
            complain(u"there is a NUL in it: this is no text"_s);
        const qsizetype end = lines[i].lastIndexOf(u"    # "_s); // which --print-config puts before the source
        const QString line = (end < 0 ? lines[i] : lines[i].first(end)).trimmed();
        if (line.isEmpty() || line.startsWith(u'#') || line.startsWith(u';') || line == u"[General]")
            continue;
        if (line.contains(QChar::ReplacementCharacter))
            complain(u"this is no text in UTF-8"_s);
        const qsizetype equals = line.indexOf(u'=');
        if (equals < 0)
            complain(u"'%1' is not name=value"_s.arg(withoutSecrets(line)));
        const QString name = line.first(equals).trimmed();
        if (!names.contains(name))
            complain(u"'%1' is not an option"_s.arg(name));
        if (values.contains(name))
            complain(u"'%1' is given twice"_s.arg(name));
        values.insert(name, line.sliced(equals + 1).trimmed());
    }
    return values;
}

OptionFile readOptionFile(const QString &path, const QStringList &names)
{
    if (path.isEmpty())
        return {path, {}};
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        throw UsageError(u"cannot read %1: %2"_s.arg(path, file.errorString()));
    return {path, optionsIn(file.readAll(), path, names)};
}

} // namespace openloop
