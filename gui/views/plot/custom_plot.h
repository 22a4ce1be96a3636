// SPDX-License-Identifier: GPL-3.0-or-later
// QCustomPlot's header, which uses Qt's foreach: this project is compiled without. Included by plot views only.
#pragma once

#include <QtGlobal>

#define foreach(variable, container) for (variable : container)
#include <qcustomplot.h>
#undef foreach
