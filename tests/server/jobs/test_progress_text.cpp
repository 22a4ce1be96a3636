// SPDX-License-Identifier: GPL-3.0-or-later
// What a server says of its jobs is what the others read, and it stays small.
#include "server/jobs/progress_text.h"

#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::test {

class TestProgressText : public QObject
{
    Q_OBJECT

private slots:
    void whatIsSaidIsRead()
    {
        const Factorizer::Progress sieved{u"linear algebra"_s, 0.25, 90.5s};
        const QList<JobProgress> read = progressIn(textOf({{0x8000'0000'0000'0001, 3, sieved}, {2, 1, {{}, 1, {}}}}));
        QCOMPARE(read.size(), 2);
        const auto found = progressOf(read, 0x8000'0000'0000'0001, 3);
        QVERIFY(found);
        QCOMPARE(found->phase, sieved.phase);
        QCOMPARE(found->fraction, sieved.fraction);
        QVERIFY(found->timeLeft == 91s);
        QVERIFY(!progressOf(read, 0x8000'0000'0000'0001, 2)); // another attempt
        QVERIFY(!progressOf(read, 2, 1)->timeLeft);
    }

    void whatDoesNotFitIsLeftOut()
    {
        QList<JobProgress> many;
        for (int i = 0; i < 1000; ++i)
            many.append({~queue::TaskId(i), 1, {u"sieving"_s, 0.5, 86'400s}});
        const std::string text = textOf(many);
        QVERIFY(text.size() <= queue::mostProgress);
        QVERIFY(progressIn(text).size() > 30);
    }

    void whatAnotherReleaseSaysOtherwiseIsLeftOut()
    {
        QCOMPARE(progressIn("{}\n\nzz 1 2 3 sieving\n1 1 10001 - sieving\n1\n\xff\n").size(), 0);
        QCOMPARE(progressIn("1 1 5000 - sieving").size(), 1);
    }
};

} // namespace openloop::test

QTEST_GUILESS_MAIN(openloop::test::TestProgressText)
#include "test_progress_text.moc"
