// SPDX-License-Identifier: GPL-3.0-or-later
// How tests wait: what was seen once has come, what never comes is a failure that says what was there instead.
#include "tests/support/patience.h"

#include <QJsonObject>
#include <QTest>
#include <QTimer>

using namespace openloop;

namespace {

/// Holds at the third look only.
class Moment
{
public:
    bool look() { return ++m_looks == 3; }
    int looks() const { return m_looks; }

private:
    int m_looks = 0;
};

class PatienceTest : public QObject
{
    Q_OBJECT

private slots:
    void whatHoldsForAMomentHasCome()
    {
        Moment once;
        TRY_VERIFY(once.look());
        QCOMPARE(once.looks(), 3);
        Moment said;
        TRY_VERIFY2(said.look(), "it did not come");
        QCOMPARE(said.looks(), 3);
        Moment compared;
        TRY_COMPARE(compared.look(), true);
        QCOMPARE(compared.looks(), 3);
    }

    void whatHoldsAlreadyIsNotWaitedFor()
    {
        test::Turns none(0);
        QVERIFY(!none.next());
        TRY_VERIFY_WITHIN(true, 0);
        TRY_COMPARE_WITHIN(1, 1, 0);
    }

    void whatWasSeenOutlivesWhereItWas()
    {
        const auto object = [] { return QJsonObject{{QStringLiteral("over"), QStringLiteral("long enough a text")}}; };
        TRY_COMPARE(object()[QStringLiteral("over")], QStringLiteral("long enough a text"));
    }

    void whatNeverComesFails()
    {
        int looks = 0;
        QEXPECT_FAIL("", "the control: it never comes", Continue);
        TRY_VERIFY_WITHIN(++looks < 0, 3);
        QVERIFY(looks > 1);
        QEXPECT_FAIL("", "the control: it is never two", Continue);
        TRY_COMPARE_WITHIN(1, 2, 3);
    }

    void whatATimerBringsComes()
    {
        bool rang = false;
        QTimer::singleShot(0, this, [&rang] { rang = true; });
        TRY_VERIFY(rang);
    }
};

} // namespace

QTEST_MAIN(PatienceTest)
#include "test_patience.moc"
