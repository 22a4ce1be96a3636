// SPDX-License-Identifier: GPL-3.0-or-later
// Adds up what a request spent where, and writes it as W3C Server Timing without a detour by floating point.
#include "server/http/message/timing.h"

#include <charconv>

namespace openloop::http {

namespace {

constexpr std::array names{"queue", "compute", "db", "upstream"};

void append(QByteArray &text, const char *name, Timing::Clock::duration time)
{
    using std::chrono::microseconds;
    const auto micros = std::chrono::duration_cast<microseconds>(time).count();
    std::array<char, 32> digits{};
    char *end = std::to_chars(digits.begin(), digits.end(), micros / 1000).ptr;
    *end++ = '.';
    for (auto unit = 100; unit > 0; unit /= 10)
        *end++ = char('0' + micros / unit % 10);
    text += name;
    text += ";dur=";
    text.append(digits.data(), end - digits.data());
}

} // namespace

void Timing::add(Part part, Clock::duration time)
{
    m_parts[part] += std::max(time, Clock::duration(1)); // taking part shows, however short
}

void Timing::appendTo(QByteArray &out) const
{
    for (std::size_t part = 0; part < names.size(); ++part) {
        if (m_parts[part] == Clock::duration::zero())
            continue;
        append(out, names[part], m_parts[part]);
        out += ", ";
    }
    append(out, "total", total());
}

} // namespace openloop::http
