// SPDX-License-Identifier: GPL-3.0-or-later
// What a monitor that stays on costs: 20 targets at 10 Hz, minute by minute its memory, its processor time beside that
// of a bare libcurl loop in the same run, and what scrapes do to its schedule. Fails above the bounds below.
#include "common/thread_priority.h"
#include "tests/support/programmed_server.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QTextStream>

#include <algorithm>
#include <atomic>
#include <curl/curl.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace openloop;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

constexpr int targetCount = 20;
constexpr auto interval = 100ms / targetCount; // between two requests of all of them
constexpr double mostOfBare = 1.5; // the processor time of the bare loop
constexpr double mostGrowth = 0.05; // of the memory, up or down, since minute 10

std::size_t toNowhere(char *, std::size_t, std::size_t size, void *)
{
    return size;
}

std::size_t toBytes(char *data, std::size_t, std::size_t size, void *bytes)
{
    static_cast<QByteArray *>(bytes)->append(data, static_cast<qsizetype>(size));
    return size;
}

QByteArray fetched(const QByteArray &url)
{
    QByteArray bytes;
    auto *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, url.constData());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &toBytes);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &bytes);
    curl_easy_perform(easy);
    curl_easy_cleanup(easy);
    return bytes;
}

/// The same requests as the monitor's, at the same times, by a thread of the same kind, and nothing else.
class BareLoop
{
public:
    explicit BareLoop(const QByteArray &url) : m_thread([this, url](std::stop_token stop) { run(stop, url); }) { }

    /// us of processor time per request since the last call.
    double cost()
    {
        const auto computed = m_computed.load(), requests = m_requests.load();
        const auto cost =
            double(computed - m_computedBefore) / 1e3 / double(std::max<qint64>(1, requests - m_requestsBefore));
        m_computedBefore = computed;
        m_requestsBefore = requests;
        return cost;
    }

private:
    void run(const std::stop_token &stop, const QByteArray &url)
    {
        makeThreadRealTime();
        std::vector<CURL *> handles;
        for (int i = 0; i < targetCount; ++i) {
            handles.push_back(curl_easy_init());
            curl_easy_setopt(handles.back(), CURLOPT_URL, url.constData());
            curl_easy_setopt(handles.back(), CURLOPT_WRITEFUNCTION, &toNowhere);
        }
        auto due = std::chrono::steady_clock::now();
        for (std::size_t i = 0; !stop.stop_requested(); i = (i + 1) % handles.size()) {
            std::this_thread::sleep_until(due += interval);
            curl_easy_perform(handles[i]);
            timespec time{};
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
            m_computed = time.tv_sec * 1'000'000'000LL + time.tv_nsec;
            ++m_requests;
        }
        for (auto *handle : handles)
            curl_easy_cleanup(handle);
    }

    std::atomic<qint64> m_computed = 0, m_requests = 0; ///< ns
    qint64 m_computedBefore = 0, m_requestsBefore = 0;
    std::jthread m_thread;
};

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// ns, of all its threads, as exactly as the scheduler knows.
qint64 computedBy(qint64 process)
{
    qint64 sum = 0;
    const auto tasks = u"/proc/%1/task/"_s.arg(process);
    for (const auto &task : QDir(tasks).entryList(QDir::Dirs | QDir::NoDotAndDotDot))
        sum += contents(tasks + task + u"/schedstat"_s).split(' ').value(0).toLongLong();
    return sum;
}

double mebibytesOf(qint64 process)
{
    return contents(u"/proc/%1/statm"_s.arg(process)).split(' ').value(1).toDouble() * double(sysconf(_SC_PAGESIZE))
        / (1 << 20);
}

struct Figures {
    double requests = 0, ticks = 0,
           late = 0; ///< late: ticks to which the monitor came more than 0.2 ms after they were due
};

Figures figuresOf(const QByteArray &metrics)
{
    Figures figures;
    double inTime = 0;
    for (const auto &line : metrics.split('\n')) {
        const auto value = line.mid(line.lastIndexOf(' ') + 1).toDouble();
        if (line.startsWith("openloop_probe_response_seconds_count"))
            figures.requests += value;
        else if (line.startsWith("openloop_monitor_lag_seconds_count"))
            figures.ticks = value;
        else if (line.startsWith("openloop_monitor_lag_seconds_bucket{le=\"0.0002\"}"))
            inTime = value;
    }
    figures.late = figures.ticks - inTime;
    return figures;
}

int measure(const QString &monitor, int minutes)
{
    test::ProgrammedServer server([](int, const QByteArray &) { return test::Reaction(); });
    QStringList arguments{u"--headless"_s, u"--forever"_s,   u"--quiet"_s, u"--interval"_s,       u"100ms"_s,
                          u"--listen"_s,   u"127.0.0.1:0"_s, u"--rule"_s,  u"p99<20ms over 10s"_s};
    for (int i = 0; i < targetCount; ++i)
        arguments << u"t%1="_s.arg(i) + server.url();
    QProcess process;
    process.setReadChannel(QProcess::StandardError);
    process.start(monitor, arguments);
    static const QRegularExpression listening(u"listening on (\\S+)"_s);
    QByteArray said;
    while (!said.contains('\n') && process.waitForReadyRead())
        said += process.readAllStandardError();
    const auto url = listening.match(QString::fromUtf8(said)).captured(1).toUtf8() + "/metrics";
    BareLoop bare(server.url().toUtf8());

    QTextStream out(stdout);
    out << "minute  MiB  us per request: monitor  bare  ratio  ticks later than 0.2 ms  scrapes\n";
    std::vector<double> ratios, memory;
    for (int minute = 1; minute <= minutes; ++minute) {
        const bool isScraped = minute % 2 == 0;
        const auto end = std::chrono::steady_clock::now() + 1min;
        const auto before = figuresOf(fetched(url));
        const auto computed = computedBy(process.processId());
        bare.cost();
        int scrapes = 0;
        for (; isScraped && std::chrono::steady_clock::now() < end - 100ms; ++scrapes) {
            fetched(url);
            std::this_thread::sleep_for(100ms);
        }
        std::this_thread::sleep_until(end);
        const auto after = figuresOf(fetched(url));
        const auto ours = double(computedBy(process.processId()) - computed) / 1e3 / (after.requests - before.requests);
        const auto theirs = bare.cost();
        memory.push_back(mebibytesOf(process.processId()));
        if (!isScraped)
            ratios.push_back(ours / theirs);
        out << qSetRealNumberPrecision(3) << minute << "  " << memory.back() << "  " << ours << "  " << theirs << "  "
            << ours / theirs << "  " << 100 * (after.late - before.late) / (after.ticks - before.ticks) << " %  "
            << scrapes << Qt::endl;
    }
    std::ranges::sort(ratios);
    const auto ratio = ratios[ratios.size() / 2];
    bool isWithin = ratio <= mostOfBare;
    out << "median of the ratios without scrapes: " << ratio << ", at most " << mostOfBare << '\n';
    if (memory.size() > 10) {
        const auto [least, most] = std::minmax_element(memory.begin() + 9, memory.end());
        const auto shrunk = 1 - *least / memory[9], grown = *most / memory[9] - 1;
        isWithin = isWithin && std::max(shrunk, grown) <= mostGrowth;
        out << "memory since minute 10: -" << 100 * shrunk << " % to +" << 100 * grown << " %, at most "
            << 100 * mostGrowth << " %\n";
    }
    process.terminate();
    return process.waitForFinished() && process.exitCode() == 0 && isWithin ? 0 : 1;
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const auto arguments = QCoreApplication::arguments();
    const int minutes = arguments.value(2).toInt();
    if (arguments.size() != 3 || minutes < 1) {
        QTextStream(stdout) << "usage: openloop-always-on-cost MONITOR MINUTES\n";
        return 2;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    return measure(arguments[1], minutes);
}
