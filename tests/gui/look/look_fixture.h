// SPDX-License-Identifier: GPL-3.0-or-later
// A window in each scheme, width and language, looked at by the machine.
#pragma once

#include "gui/theme/theme.h"
#include "gui/window/main_window.h"
#include "tests/gui/look/german.h"
#include "tests/gui/look/painted_words.h"
#include "tests/gui/window_fixture.h"

#include <QCoreApplication>
#include <QDockWidget>
#include <QHeaderView>
#include <QLibraryInfo>
#include <QLocale>
#include <QTranslator>

namespace openloop::test {

/// Base of a test of how windows look.
class LookFixture : public WindowFixture
{
protected:
    /// From now on; windows that are open keep their words.
    void speak(QLocale::Language language)
    {
        for (auto *translator : {&m_ours, &m_qts})
            QCoreApplication::removeTranslator(translator);
        QLocale::setDefault(QLocale(language));
        m_german = language == QLocale::German;
        QVERIFY(m_ours.load(QLocale(language), u"openloop"_s, u"_"_s, u":/translations"_s));
        QCoreApplication::installTranslator(&m_ours);
        if (m_german
            && m_qts.load(QLocale(language), u"qtbase"_s, u"_"_s, QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
            QCoreApplication::installTranslator(&m_qts);
    }

    /// A row for each of these (name, what reaches it) in each language; columns `what` and "language".
    template <typename List>
    static void rowsInEachLanguage(const char *what, const List &list)
    {
        QTest::addColumn<QString>(what);
        QTest::addColumn<QLocale::Language>("language");
        for (const auto &each : list) {
            for (const auto language : {QLocale::English, QLocale::German})
                QTest::addRow("%s %s", each.first, qPrintable(QLocale::languageToString(language)))
                    << QString::fromLatin1(each.first) << language;
        }
    }

    enum class Words { Ours, Foreign }; ///< of whom: what others word is not translated

    /// Light and dark, as it is now; fails with all that is wrong.
    void look(QWidget &window, const QString &where, Words words = Words::Ours,
              QList<Theme::Mode> modes = {Theme::Mode::Light, Theme::Mode::Dark})
    {
        if (modes.removeOne(m_theme->mode())) // to change it takes longer than to look
            modes.prepend(m_theme->mode());
        for (const auto mode : modes) {
            m_theme->setMode(mode);
            QStringList complaints;
            // What is measured changes while one looks, and a layout follows its words by an event or two: what is
            // wrong stays so.
            for (int turn = 0; turn == 0 || (turn < 5 && !complaints.isEmpty()); ++turn) {
                QCoreApplication::sendPostedEvents();
                QCoreApplication::processEvents();
                QCoreApplication::sendPostedEvents();
                complaints = complaintsOf(window);
                if (m_german && words == Words::Ours)
                    complaints << englishIn(wordsPaintedBy(window));
            }
            if (complaints.isEmpty())
                continue;
            if (const auto folder = qEnvironmentVariable("PICTURES"); !folder.isEmpty())
                pictureOf(window).save(folder + u'/' + QString(where).replace(u' ', u'-') + u".png"_s);
            QTest::qFail(qPrintable(where + (mode == Theme::Mode::Dark ? u", dark:\n"_s : u", light:\n"_s)
                                    + complaints.mid(0, 8).join(u'\n')),
                         __FILE__, __LINE__);
        }
    }

    /// The main window so wide, with each of its panels in front.
    void lookAtPanels(int width, const QString &where, Theme::Mode mode)
    {
        for (auto *panel : m_window->panels()) {
            resizeTo(width);
            panel->show();
            panel->raise();
            TRY_VERIFY(!panel->visibleRegion().isEmpty());
            look(*m_window, u"%1, %2, %3"_s.arg(where, panel->objectName()).arg(width), Words::Ours, {mode});
        }
    }

    void resizeTo(int width)
    {
        constexpr int height = 840; // enough for each state and width: a limit in doubt has one more line
        // What is narrow needs to be higher until it is wide, and layouts follow by some events. Larger than this it
        // would be larger than some screens.
        const auto isSo = [&] {
            m_window->resize(width, height);
            QCoreApplication::sendPostedEvents();
            return m_window->size() == QSize(width, height);
        };
        TRY_VERIFY2(isSo() && isSo(), qPrintable(u"%1 high, for %2"_s.arg(m_window->height()).arg(whatIsHigh())));
    }

private:
    /// The heights that the window's parts want at least.
    QString whatIsHigh() const
    {
        QStringList parts{u"top %1"_s.arg(m_window->menuWidget()->height()),
                          u"centre %1"_s.arg(m_window->centralWidget()->minimumSizeHint().height())};
        for (const auto *dock : m_window->findChildren<QDockWidget *>())
            parts << u"%1 %2"_s.arg(dock->objectName()).arg(dock->minimumSizeHint().height());
        return parts.join(u", "_s);
    }

    QTranslator m_ours, m_qts;
    bool m_german = false;
};

} // namespace openloop::test
