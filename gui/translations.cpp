// SPDX-License-Identifier: GPL-3.0-or-later
// Loads the languages from the program's resources, and Qt's own from its folder.
#include "gui/translations.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QTranslator>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

void installTranslations(QCoreApplication &application, const QLocale &locale)
{
    const auto install = [&application](const QLocale &language, const QString &file, const QString &folder) {
        auto *translator = new QTranslator(&application);
        if (translator->load(language, file, u"_"_s, folder))
            QCoreApplication::installTranslator(translator);
        else
            delete translator;
    };
    install(QLocale(QLocale::English), u"openloop"_s, u":/translations"_s);
    install(locale, u"qtbase"_s, QLibraryInfo::path(QLibraryInfo::TranslationsPath));
    install(locale, u"openloop"_s, u":/translations"_s);
}

} // namespace openloop::gui
