// SPDX-License-Identifier: GPL-3.0-or-later
// Maps durations to log-linear buckets, kept sparse and in order.
#include "gui/probe/samples/histogram.h"

#include <QDataStream>
#include <QIODevice>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace openloop::probe {

namespace {

quint32 indexOf(Nanoseconds duration)
{
    const auto value = static_cast<quint64>(std::clamp(duration, Nanoseconds(0), Histogram::highest).count());
    if (value < 256)
        return static_cast<quint32>(value);
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - 8;
    return (shift << 7) + static_cast<quint32>(value >> shift);
}

quint32 saturatingSum(quint32 a, quint32 b)
{
    return a > std::numeric_limits<quint32>::max() - b ? std::numeric_limits<quint32>::max() : a + b;
}

} // namespace

Nanoseconds Histogram::lowerBound(quint32 index)
{
    if (index < 256)
        return Nanoseconds(index);
    const auto shift = (index >> 7) - 1;
    return Nanoseconds(static_cast<qint64>(quint64(index - (shift << 7)) << shift));
}

Nanoseconds Histogram::upperBound(quint32 index)
{
    return lowerBound(index + 1);
}

void Histogram::squeeze()
{
    constexpr quint32 highestCount = std::numeric_limits<quint16>::max();
    if (std::ranges::any_of(m_buckets, [](const Bucket &bucket) { return bucket.count > highestCount; }))
        return m_buckets.shrink_to_fit();
    if (m_buckets.empty())
        return;
    m_squeezed.reserve(m_buckets.size());
    for (const auto &bucket : m_buckets)
        m_squeezed.push_back({static_cast<quint16>(bucket.index), static_cast<quint16>(bucket.count)});
    m_buckets = std::vector<Bucket>(); // {} would keep the memory
}

std::vector<Histogram::Bucket> &Histogram::spread() const
{
    for (const auto &bucket : m_squeezed)
        m_buckets.push_back({bucket.index, bucket.count});
    m_squeezed = std::vector<Squeezed>();
    return m_buckets;
}

void Histogram::add(Nanoseconds duration, quint32 count)
{
    auto &buckets = spread();
    const auto index = indexOf(duration);
    const auto at = std::ranges::lower_bound(buckets, index, {}, &Bucket::index);
    if (at != buckets.end() && at->index == index)
        at->count = saturatingSum(at->count, count);
    else
        buckets.insert(at, {index, count});
    m_count += count;
}

void Histogram::merge(const Histogram &other)
{
    if (other.m_squeezed.empty())
        mergeBuckets(other.m_buckets);
    else
        mergeBuckets(other.m_squeezed);
    m_count += other.m_count;
}

template <typename Buckets>
void Histogram::mergeBuckets(const Buckets &others)
{
    const auto &buckets = spread();
    std::vector<Bucket> merged;
    merged.reserve(buckets.size() + others.size());
    auto a = buckets.cbegin();
    for (const auto &b : others) {
        while (a != buckets.cend() && a->index < b.index)
            merged.push_back(*a++);
        if (a != buckets.cend() && a->index == b.index)
            merged.push_back({b.index, saturatingSum((a++)->count, b.count)});
        else
            merged.push_back({b.index, b.count});
    }
    merged.insert(merged.end(), a, buckets.cend());
    m_buckets = std::move(merged);
}

std::optional<Nanoseconds> Histogram::quantile(double q) const
{
    return atRank(static_cast<qint64>(std::ceil(q * static_cast<double>(m_count))));
}

std::optional<Nanoseconds> Histogram::atRank(qint64 rank) const
{
    if (spread().empty())
        return {};
    qint64 seen = 0;
    for (const auto &bucket : m_buckets) {
        seen += bucket.count;
        if (seen >= rank)
            return (lowerBound(bucket.index) + upperBound(bucket.index) - Nanoseconds(1)) / 2;
    }
    return upperBound(m_buckets.back().index) - Nanoseconds(1);
}

QByteArray Histogram::toBytes() const
{
    QByteArray bytes;
    QDataStream out(&bytes, QIODevice::WriteOnly);
    out << static_cast<quint32>(spread().size());
    for (const auto &bucket : m_buckets)
        out << bucket.index << bucket.count;
    return bytes;
}

Histogram Histogram::fromBytes(const QByteArray &bytes)
{
    QDataStream in(bytes);
    quint32 size = 0;
    in >> size;
    if (qint64(size) * 8 + 4 != bytes.size())
        return {};
    Histogram histogram;
    histogram.m_buckets.reserve(size);
    for (quint32 i = 0; i < size; ++i) {
        Bucket bucket;
        in >> bucket.index >> bucket.count;
        if (bucket.index > indexOf(highest)
            || (!histogram.m_buckets.empty() && histogram.m_buckets.back().index >= bucket.index))
            return {};
        histogram.m_buckets.push_back(bucket);
        histogram.m_count += bucket.count;
    }
    return histogram;
}

} // namespace openloop::probe
