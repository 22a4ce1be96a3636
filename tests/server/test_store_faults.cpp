// SPDX-License-Identifier: GPL-3.0-or-later
// What a failing database does to the store.
#include <QTest>
int main() { return 0; }
