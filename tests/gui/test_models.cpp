// SPDX-License-Identifier: GPL-3.0-or-later
// What stands behind the window, without a window: time ranges, pace, the profile, comparison and event log.
#include "gui/models/event_log.h"
#include "gui/models/figures/comparison.h"
#include "gui/models/figures/time_window.h"
#include "gui/models/pace.h"
#include "gui/models/profile_file.h"
#include "tests/gui/small_files.h"

#include <QAbstractItemModelTester>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace openloop;
using namespace openloop::gui;
using openloop::test::contentOf;
using openloop::test::write;
using namespace Qt::Literals::StringLiterals;

class ModelsTest : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void aLiveRangeFollowsThePresentAndAHeldOneDoesNot()
    {
        TimeWindow window;
        window.setNow(1000);
        window.setNow(1010);
        QCOMPARE(window.to(), 1010.0);
        window.hold();
        window.setNow(1020);
        QCOMPARE(window.to(), 1010.0);
        window.goLive();
        QCOMPARE(window.to(), 1020.0);
    }

    void panningBackHoldsAndPanningToTheEndIsLiveAgain()
    {
        TimeWindow window;
        window.setBeginning(0);
        window.setNow(1000);
        window.pan(50);
        QVERIFY(!window.isLive());
        QCOMPARE(window.to(), 950.0);
        window.pan(-80);
        QVERIFY(window.isLive());
        QCOMPARE(window.to(), 1000.0);
    }

    void zoomingKeepsThePointUnderThePointer()
    {
        TimeWindow window;
        window.setBeginning(0);
        window.setNow(1000);
        window.showRange(400, 500);
        window.zoom(0.5, 425);
        QCOMPARE(window.from(), 412.5);
        QCOMPARE(window.to(), 462.5);
    }

    void theWholeRecordingGrowsWithIt()
    {
        TimeWindow window;
        QSignalSpy changed(&window, &TimeWindow::changed);
        window.setBeginning(100);
        window.setNow(200);
        window.showAll();
        window.setNow(300);
        QCOMPARE(window.span(), 200.0);
        QCOMPARE(changed.count(), 1);
    }

    void aHiddenWindowIsNeverPaintedAndAnUnfocusedOneTwiceASecond()
    {
        const auto paints = [](Attention attention) {
            Pace pace;
            int count = 0;
            const Pace::Clock::time_point start{std::chrono::hours(1)};
            for (int tick = 0; tick < 100; ++tick)
                count += pace.due(attention, start + tick * std::chrono::milliseconds(50)) ? 1 : 0;
            return count;
        };
        QCOMPARE(paints(Attention::Focused), 50);
        QCOMPARE(paints(Attention::Unfocused), 10);
        QCOMPARE(paints(Attention::Hidden), 0);
    }

    void aProfileThatCannotBeReadIsKept()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"monitor.json"_s);
        for (const QString &kept : {path + u".broken"_s, path + u".broken-2"_s}) {
            const QByteArray precious = "{\"targets\": [oops " + kept.toUtf8();
            write(path, precious);
            const ProfileFile file(path);
            QVERIFY2(file.problem().contains(kept), qPrintable(file.problem()));
            QVERIFY(file.profile().targets.isEmpty() && !file.hasRules());
            QCOMPARE(file.save(file.profile()), QString());
            QCOMPARE(contentOf(kept), precious);
            QVERIFY(ProfileFile(path).problem().isEmpty());
        }
    }

    void whatAProfileHoldsBesideOursIsWrittenAgain()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"monitor.json"_s);
        const QJsonObject target{
            {u"name"_s, u"a"_s}, {u"url"_s, u"http://x.test/a"_s}, {u"owner"_s, u"me"_s}, {u"method"_s, u"PUT"_s}};
        const QJsonObject window{{u"later"_s, 1}, {u"span_s"_s, 5}};
        write(path,
              QJsonDocument(
                  QJsonObject{{u"note"_s, u"mine"_s}, {u"window"_s, window}, {u"targets"_s, QJsonArray{target}}})
                  .toJson());
        const ProfileFile file(path);
        QCOMPARE(file.problem(), QString());
        auto profile = file.profile();
        profile.window = {{u"span_s"_s, 60}};
        profile.targets.first().method = "GET";
        QCOMPARE(file.save(profile), QString());
        const auto saved = QJsonDocument::fromJson(contentOf(path)).object();
        QCOMPARE(saved[u"note"_s].toString(), u"mine"_s);
        QCOMPARE(saved[u"window"_s].toObject(), QJsonObject({{u"later"_s, 1}, {u"span_s"_s, 60}}));
        const auto again = saved[u"targets"_s].toArray().first().toObject();
        QCOMPARE(again[u"owner"_s].toString(), u"me"_s);
        QVERIFY(!again.contains(u"method"_s)); // ours, and at its default now
        QCOMPARE(probe::loadProfile(path)->targets, profile.targets);
    }

    void anEmptyListOfRulesIsNoMissingOne()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"monitor.json"_s);
        QVERIFY(!ProfileFile(path).hasRules());
        write(path, "{\"targets\": []}");
        QVERIFY(!ProfileFile(path).hasRules());
        QCOMPARE(ProfileFile(path).save({}), QString());
        QVERIFY(ProfileFile(path).hasRules());
        QVERIFY(ProfileFile(path).profile().rules.isEmpty());
    }

    void comparedFactorsHaveTheSameDecimals()
    {
        Comparison comparison;
        comparison.set({{u"a"_s, 1.0, 0.8, 2.0, 2.0, 3.0, 60.0, 200, 200, 0, 0}});
        const auto cell = [&comparison](int column) { return comparison.index(0, column).data().toString(); };
        QVERIFY2(cell(Comparison::P50).endsWith(u"× 0.80"_s), qPrintable(cell(Comparison::P50)));
        QVERIFY2(cell(Comparison::P95).endsWith(u"× 1.00"_s), qPrintable(cell(Comparison::P95)));
        QVERIFY2(cell(Comparison::P99).endsWith(u"× 20.0"_s), qPrintable(cell(Comparison::P99)));
        comparison.setBrief(true);
        QCOMPARE(cell(Comparison::P50), u"× 0.80"_s);
        QVERIFY(comparison.index(0, Comparison::P50).data(Qt::ToolTipRole).toString().contains(u" → "_s));
    }

    void theEventLogIsNewestFirstAndBounded()
    {
        EventLog log;
        {
            QAbstractItemModelTester tester(&log);
            for (int i = 0; i < 20; ++i)
                log.add({double(i), Event::Kind::Note, {}, {}});
        }
        for (int i = 0; i < EventLog::capacity + 10; ++i)
            log.add({double(i), Event::Kind::Note, {}, QString::number(i)});
        QCOMPARE(log.rowCount(), EventLog::capacity);
        QCOMPARE(log.index(0, EventLog::Text).data().toString(), QString::number(EventLog::capacity + 9));
    }
};

QTEST_GUILESS_MAIN(ModelsTest)
#include "test_models.moc"
