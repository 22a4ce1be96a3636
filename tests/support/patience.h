// SPDX-License-Identifier: GPL-3.0-or-later
// How tests wait for what must come: none knows how fast the machine is, and each looks at what it waits for once.
#pragma once

#include <QJsonValue>
#include <QTest>

#include <algorithm>
#include <chrono>
#include <type_traits>
#include <utility>

namespace openloop::test {

using Clock = std::chrono::steady_clock;

/// ms until an event counts as missing. What comes ends the wait at once, so it costs nothing to be generous.
constexpr int patience = 60'000;
constexpr std::chrono::milliseconds longest{patience};

/// The turns of a wait. Between two looks events are processed, for 1 ms at first, 50 ms later. What is counted are
/// the turns: a machine that stood still has used up one of them. Thread: the test's.
class Turns
{
public:
    explicit Turns(int ms) : m_left(ms) { }

    /// One more; false if there is none left or the test has failed already.
    bool next()
    {
        if (m_left <= 0 || QTest::currentTestFailed())
            return false;
        QTest::qWait(m_step); // what is awaited is a state, which has no event of its own
        m_left -= m_step;
        m_step = std::min(2 * m_step, 50);
        return true;
    }

private:
    int m_left;
    int m_step = 1;
};

/// What a look has seen, for as long as it is compared: a value, where it was a reference into something temporary.
template <typename Seen>
auto kept(Seen &&seen)
{
    using Value = std::decay_t<Seen>;
    static_assert(!std::is_same_v<Value, QByteArrayView> && !std::is_same_v<Value, QStringView>
                      && !std::is_pointer_v<Value>,
                  "compare what owns its bytes");
    if constexpr (std::is_base_of_v<QJsonValueConstRef, Value>)
        return QJsonValue(seen);
    else
        return Value(std::forward<Seen>(seen));
}

} // namespace openloop::test

// As QTRY_VERIFY, QTRY_VERIFY2 and QTRY_COMPARE, but what is seen once has come. Qt's look again after that, twice:
// what held for a moment only (a file open, a request under way, a phase) fails there, or is waited for a second time.

/// Verifies that the condition comes to hold within the time, in ms.
#define TRY_VERIFY_WITHIN(condition, ms) TRY_VERIFY2_WITHIN(condition, "waited for in vain", ms)

/// Likewise; what is said if it does not is read at the end.
#define TRY_VERIFY2_WITHIN(condition, said, ms)                                                                        \
    do {                                                                                                               \
        ::openloop::test::Turns turns_(ms);                                                                            \
        bool hasCome_ = false;                                                                                         \
        while (!(hasCome_ = static_cast<bool>(condition)) && turns_.next()) { }                                        \
        if (!QTest::qVerify(hasCome_, #condition, hasCome_ ? "" : static_cast<const char *>(said), __FILE__,           \
                            __LINE__))                                                                                 \
            return;                                                                                                    \
    } while (false)

/// Verifies that the value comes to be the expected one within the time, in ms; if not, says what it was last.
#define TRY_COMPARE_WITHIN(actual, expected, ms)                                                                       \
    do {                                                                                                               \
        for (::openloop::test::Turns turns_(ms);;) {                                                                   \
            const auto seen_ = ::openloop::test::kept(actual);                                                         \
            const auto &awaited_ = (expected);                                                                         \
            if (!(seen_ == awaited_) && turns_.next())                                                                 \
                continue;                                                                                              \
            if (!QTest::qCompare(seen_, awaited_, #actual, #expected, __FILE__, __LINE__))                             \
                return;                                                                                                \
            break;                                                                                                     \
        }                                                                                                              \
    } while (false)

#define TRY_VERIFY(condition) TRY_VERIFY_WITHIN(condition, ::openloop::test::patience)
#define TRY_VERIFY2(condition, said) TRY_VERIFY2_WITHIN(condition, said, ::openloop::test::patience)
#define TRY_COMPARE(actual, expected) TRY_COMPARE_WITHIN(actual, expected, ::openloop::test::patience)
