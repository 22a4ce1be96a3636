// SPDX-License-Identifier: GPL-3.0-or-later
// The data of a test function, written as the table that it is.
#pragma once

#include <QTest>

#include <initializer_list>
#include <tuple>

namespace openloop::test {

/// Of a `..._data()` whose rows are made one by one: the names of its columns.
template <typename... T>
void columns(const char *const (&names)[sizeof...(T)])
{
    std::size_t column = 0;
    (QTest::addColumn<T>(names[column++]), ...);
}

/// Of a `..._data()`: the names of its columns, and of each row its name and what stands in them.
template <typename... T>
void rows(const char *const (&names)[sizeof...(T)], std::initializer_list<std::tuple<const char *, T...>> all)
{
    columns<T...>(names);
    for (const auto &row : all)
        std::apply([](const char *name, const T &...values) { (QTest::newRow(name) << ... << values); }, row);
}

} // namespace openloop::test
