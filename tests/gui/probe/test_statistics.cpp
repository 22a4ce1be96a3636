// SPDX-License-Identifier: GPL-3.0-or-later
// Percentiles against sorted truth, merged against whole, and packed samples against their originals.
#include "gui/probe/samples/series.h"
#include "tests/support/rows.h"

#include <QTest>

#include <ctime>
#include <random>

using namespace openloop::probe;
using openloop::test::rows;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

std::vector<Nanoseconds> latencies(int count)
{
    std::mt19937 random(1);
    std::lognormal_distribution<double> distribution(13, 1.5); // about 0.4 ms, with a long tail
    std::vector<Nanoseconds> values;
    for (int i = 0; i < count; ++i)
        values.emplace_back(static_cast<qint64>(distribution(random)));
    return values;
}

Nanoseconds truth(std::vector<Nanoseconds> values, double q)
{
    std::ranges::sort(values);
    return values[static_cast<std::size_t>(std::ceil(q * static_cast<double>(values.size()))) - 1];
}

Quantiles quantilesOf(const std::vector<Nanoseconds> &values)
{
    Statistics statistics;
    for (const auto value : values)
        statistics.add(Outcome::Ok, value);
    return statistics.quantiles();
}

double relativeError(Nanoseconds a, Nanoseconds b)
{
    return std::abs(static_cast<double>((a - b).count())) / static_cast<double>(b.count());
}

Sample sampleAt(Instant due, Nanoseconds response, Outcome outcome = Outcome::Ok)
{
    Sample sample;
    sample.due = sample.sent = due;
    sample.done = sample.firstByte = due + response;
    sample.outcome = outcome;
    return sample;
}

} // namespace

class TestStatistics : public QObject
{
    Q_OBJECT

private slots:
    void percentilesAreExactUpToAHundredThousand()
    {
        const auto values = latencies(100'000);
        const auto quantiles = quantilesOf(values);
        QVERIFY(quantiles.exact);
        QVERIFY(quantiles.p50->value == truth(values, 0.5));
        QVERIFY(quantiles.p95->value == truth(values, 0.95));
        QVERIFY(quantiles.p99->value == truth(values, 0.99));
        QVERIFY(quantiles.max->value == std::ranges::max(values));
    }

    void beyondThatTheyComeFromAHistogramWithinHalfAPercent()
    {
        const auto values = latencies(150'000);
        const auto quantiles = quantilesOf(values);
        QVERIFY(!quantiles.exact);
        QCOMPARE(quantiles.n, 150'000);
        QVERIFY(relativeError(quantiles.p50->value, truth(values, 0.5)) < 0.005);
        QVERIFY(relativeError(quantiles.p99->value, truth(values, 0.99)) < 0.005);
        QVERIFY(quantiles.max->value == std::ranges::max(values));
    }

    void mergedHistogramsEqualTheWhole()
    {
        const auto values = latencies(10'000);
        Histogram whole;
        std::array<Histogram, 7> parts;
        for (std::size_t i = 0; i < values.size(); ++i) {
            whole.add(values[i]);
            parts[i % parts.size()].add(values[i]);
        }
        Histogram merged;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            if (i % 2 == 0)
                parts[i].squeeze();
            merged.merge(parts[i]);
        }
        QCOMPARE(merged.count(), whole.count());
        QCOMPARE(merged.toBytes(), whole.toBytes());
        QCOMPARE(Histogram::fromBytes(whole.toBytes()).toBytes(), whole.toBytes());
        merged.squeeze();
        merged.add(values.front());
        whole.add(values.front());
        QCOMPARE(merged.toBytes(), whole.toBytes());
        QVERIFY(merged.quantile(0.99) == whole.quantile(0.99));
    }

    void bucketsTileTheWholeRange()
    {
        for (quint32 index = 0; index < 5000; ++index) {
            QVERIFY(Histogram::lowerBound(index + 1) == Histogram::upperBound(index));
            Histogram one;
            one.add(Histogram::lowerBound(index));
            if (Histogram::lowerBound(index) <= Histogram::highest)
                QCOMPARE(one.buckets().front().index, index);
        }
        Histogram extreme;
        extreme.add(-5ns);
        extreme.add(Nanoseconds::max());
        QCOMPARE(extreme.count(), 2);
    }

    void damagedBytesGiveAnEmptyHistogram()
    {
        Histogram histogram;
        histogram.add(1ms);
        auto bytes = histogram.toBytes();
        QCOMPARE(Histogram::fromBytes(bytes.chopped(1)).count(), 0);
        QCOMPARE(Histogram::fromBytes({}).count(), 0);
        bytes.fill('\xff');
        QCOMPARE(Histogram::fromBytes(bytes).count(), 0);
        QCOMPARE(Statistics::fromBytes(bytes).n(), 0);
    }

    void timeoutsAndSkippedTicksAreSlowerThanTheRest_data()
    {
        rows<bool>({"exact"}, {{"exact", true}, {"from histograms", false}});
    }
    void timeoutsAndSkippedTicksAreSlowerThanTheRest()
    {
        QFETCH(bool, exact);
        Statistics statistics(exact ? Statistics::Keep::Values : Statistics::Keep::Histogram);
        for (int i = 1; i <= 90; ++i)
            statistics.add(Outcome::Ok, i * 1ms);
        for (int i = 0; i < 6; ++i)
            statistics.add(Outcome::TimedOut, 500ms);
        for (int i = 0; i < 4; ++i)
            statistics.add(Outcome::Skipped, 0ms);
        for (int i = 0; i < 100; ++i)
            statistics.add(Outcome::Refused, 0ms);
        const auto q = statistics.quantiles();
        QCOMPARE(q.n, 200);
        QCOMPARE(q.measured, 100);
        QCOMPARE(q.errors, 106);
        QCOMPARE(q.timeouts, 6);
        QCOMPARE(q.skipped, 4);
        QVERIFY(relativeError(q.p50->value, 50ms) < 0.005);
        QVERIFY(!q.p50->atLeast);
        QVERIFY(relativeError(q.p95->value, 500ms) < 0.005);
        QVERIFY(q.p95->atLeast);
        QVERIFY(q.p99->atLeast);
        QVERIFY(q.max->atLeast);
        QCOMPARE(q.availability(), 90 / 200.0);
        QCOMPARE(q.hiddenShare(), 100 / 200.0);
        QCOMPARE(q.p999Label(), u"max (n=100)"_s);
        const auto drawn = statistics.histogram();
        QCOMPARE(drawn.count(), q.measured);
        QVERIFY(relativeError(*drawn.atRank(91), 500ms) < 0.005);
    }

    void aPackedSampleKeepsWhatMatters()
    {
        Sample sample;
        const Instant origin{100h};
        sample.due = origin + 24h + 123'456'789ns;
        sample.sent = sample.due + 1'234'567ns;
        sample.phases = {1ms, 2ms, 30ms, 400ms, 5s};
        sample.firstByte = sample.sent + 433ms;
        sample.done = sample.firstByte + 5s;
        sample.outcome = Outcome::HttpError;
        sample.status = 503;
        sample.reused = true;
        const auto back = PackedSample(sample, origin).unpacked(origin);
        QVERIFY(back.due == sample.due);
        QVERIFY(relativeError(back.response(), sample.response()) < 1e-6);
        QVERIFY(relativeError(back.wait(), sample.wait()) < 5e-4);
        QVERIFY(relativeError(back.phases.tls, sample.phases.tls) < 5e-4);
        QVERIFY(relativeError(back.phases.body, sample.phases.body) < 5e-4);
        QCOMPARE(back.outcome, sample.outcome);
        QCOMPARE(back.status, sample.status);
        QCOMPARE(back.reused, sample.reused);
    }

    void phasesSurvivePackingAtEveryMagnitude()
    {
        for (Nanoseconds value{1}; value < 12h; value = value * 3 / 2 + 1ns) {
            Sample sample;
            sample.due = Instant{};
            sample.sent = sample.due + value;
            sample.done = sample.firstByte = sample.due + 24h;
            const auto back = PackedSample(sample, Instant{}).unpacked(Instant{});
            QVERIFY(std::chrono::abs(back.wait() - value) <= 16ns + value / 4000);
        }
    }

    void aSeriesSortsLateAnswersByTheirDueTime()
    {
        Series series;
        const Instant t{};
        series.add(sampleAt(t + 1s, 1ms));
        series.add(sampleAt(t + 3s, 1ms));
        series.add(sampleAt(t + 2s, 900ms));
        const auto samples = series.samples(t, t + 10s);
        QCOMPARE(samples.size(), std::size_t(3));
        QVERIFY(std::ranges::is_sorted(samples, {}, &PackedSample::due));
        QCOMPARE(series.samples(t + 2s, t + 3s).size(), std::size_t(1));
    }

    void theWholeOfASeriesIsMoreThanWhatItKeeps()
    {
        constexpr auto ticks = static_cast<qint64>(Series::maxRollups) + 100;
        Series series(Instant{}, 1000);
        for (qint64 i = 0; i < ticks; ++i)
            series.add(sampleAt(Instant{i * Series::rollup}, i == 0 ? 7s : 1s));
        QVERIFY(series.begin() > Instant{}); // the first of them are gone
        const auto whole = series.whole().quantiles();
        QCOMPARE(whole.n, ticks);
        QVERIFY(relativeError(whole.max->value, 7s) < 0.005);
        Series few;
        few.add(sampleAt(Instant{1s}, 3ms));
        QVERIFY(few.whole().quantiles().exact);
        QCOMPARE(few.whole().n(), 1);
        QCOMPARE(Series().whole().n(), 0);
    }

    void aSeriesIsBoundedAndItsRollupsRememberTheRest()
    {
        Series series(Instant{}, 1000);
        for (int i = 0; i < 20'000; ++i)
            series.add(sampleAt(Instant{i * 100ms}, 1ms + i * 1us, i % 100 == 0 ? Outcome::HttpError : Outcome::Ok));
        QVERIFY(series.samples(Instant{}, Instant::max()).size() <= 1125);
        const auto whole = series.quantiles(Instant{}, Instant{2000s});
        QCOMPARE(whole.n, 20'000);
        QCOMPARE(whole.errors, 200);
        QVERIFY(!whole.exact);
        QVERIFY(relativeError(whole.p50->value, 11ms) < 0.01);
        QVERIFY(series.quantiles(Instant{1950s}, Instant{2000s}).exact);
    }

    void columnsHoldEveryTickOnce()
    {
        Series series;
        for (int i = 0; i < 6000; ++i)
            series.add(sampleAt(Instant{i * 100ms}, 1ms));
        for (const int count : {1, 7, 600, 1200}) {
            qint64 n = 0;
            for (const auto &column : series.columns(Instant{}, Instant{600s}, count))
                n += column.quantiles.n;
            QCOMPARE(n, 6000);
        }
    }

    void aDayOfColumnsComesFromRollupsQuickly()
    {
        // In the time of this thread, that neighbours do not count: a fraction of what the samples took to come in.
        const auto now = [] {
            timespec time{};
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
            return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
        };
        Series series;
        const auto begun = now();
        for (int i = 0; i < 864'000; ++i)
            series.add(sampleAt(Instant{i * 100ms}, 1ms + (i % 1000) * 1us));
        const auto added = now();
        const auto columns = series.columns(Instant{}, Instant{24h}, 1000);
        const double share = double(now() - added) / double(added - begun);
        QVERIFY2(share < 1, qPrintable(QString::number(share)));
        QVERIFY(columns[500].quantiles.n > 800);
        qInfo("a day's columns cost %.3f of its samples", share);
    }
};

QTEST_GUILESS_MAIN(TestStatistics)
#include "test_statistics.moc"
