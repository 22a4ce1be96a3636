// SPDX-License-Identifier: GPL-3.0-or-later
// A paint device that keeps nothing but words, and what can be told from them.
#include "tests/gui/look/painted_words.h"

#include "gui/views/plot/view.h"

#include <QAbstractButton>
#include <QAbstractScrollArea>
#include <QAction>
#include <QCoreApplication>
#include <QFontMetricsF>
#include <QHash>
#include <QHeaderView>
#include <QLineEdit>
#include <QPaintDevice>
#include <QPaintEngine>
#include <QPainter>
#include <QScrollBar>
#include <QSet>
#include <QTabBar>
#include <QToolButton>

#include <algorithm>
#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace openloop::test {

namespace {

/// Who paints now: one widget after the other, parents before what stands in them.
class Painting : public QObject
{
public:
    Painting() { QCoreApplication::instance()->installEventFilter(this); }

    QWidget *widget = nullptr;

protected:
    bool eventFilter(QObject *object, QEvent *event) override
    {
        if (event->type() == QEvent::Paint && object->isWidgetType())
            widget = static_cast<QWidget *>(object);
        return false;
    }
};

class WordsEngine : public QPaintEngine
{
public:
    explicit WordsEngine(QList<PaintedWords> &into) : QPaintEngine(AllFeatures), m_into(into) { }

    bool begin(QPaintDevice *) override { return true; }
    bool end() override { return true; }
    Type type() const override { return User; }
    void updateState(const QPaintEngineState &) override { }
    void drawRects(const QRectF *, int) override { }
    void drawRects(const QRect *, int) override { }
    void drawLines(const QLineF *, int) override { }
    void drawLines(const QLine *, int) override { }
    void drawEllipse(const QRectF &) override { }
    void drawEllipse(const QRect &) override { }
    void drawPath(const QPainterPath &) override { }
    void drawPoints(const QPointF *, int) override { }
    void drawPoints(const QPoint *, int) override { }
    void drawPolygon(const QPointF *, int, PolygonDrawMode) override { }
    void drawPolygon(const QPoint *, int, PolygonDrawMode) override { }
    void drawPixmap(const QRectF &, const QPixmap &, const QRectF &) override { }
    void drawTiledPixmap(const QRectF &, const QPixmap &, const QPointF &) override { }
    void drawImage(const QRectF &, const QImage &, const QRectF &, Qt::ImageConversionFlags) override { }

    void drawTextItem(const QPointF &at, const QTextItem &item) override
    {
        const QString text = item.text().trimmed();
        if (text.isEmpty())
            return;
        const auto transform = state->transform();
        const auto letters = QFontMetricsF(item.font()).tightBoundingRect(item.text());
        QRectF seen =
            painter()->hasClipping() ? transform.mapRect(painter()->clipBoundingRect()) : QRectF(-1e6, -1e6, 2e6, 2e6);
        if (const auto parts = systemClip(); !parts.isEmpty()) // where the widget is not covered
            seen &= parts.boundingRect();
        auto colour = state->pen().color();
        colour.setAlphaF(static_cast<float>(colour.alphaF() * state->opacity()));
        m_into << PaintedWords{text, transform.mapRect(letters.translated(at)), seen, colour, m_painting.widget};
    }

private:
    QList<PaintedWords> &m_into;
    Painting m_painting;
};

class WordsDevice : public QPaintDevice
{
public:
    explicit WordsDevice(QWidget &of) : m_of(of), m_engine(words) { }

    QPaintEngine *paintEngine() const override { return &m_engine; }

    QList<PaintedWords> words;

protected:
    int metric(PaintDeviceMetric wanted) const override
    {
        switch (wanted) {
        case PdmWidth: return m_of.width();
        case PdmHeight: return m_of.height();
        case PdmWidthMM: return m_of.widthMM();
        case PdmHeightMM: return m_of.heightMM();
        case PdmNumColors: return 1 << 24;
        case PdmDepth: return 32;
        case PdmDpiX:
        case PdmPhysicalDpiX: return m_of.logicalDpiX();
        case PdmDpiY:
        case PdmPhysicalDpiY: return m_of.logicalDpiY();
        case PdmDevicePixelRatio: return 1;
        default: return static_cast<int>(devicePixelRatioFScale());
        }
    }

private:
    QWidget &m_of;
    mutable WordsEngine m_engine;
};

double luminance(const QColor &colour)
{
    const auto linear = [](double share) {
        return share <= 0.04045 ? share / 12.92 : std::pow((share + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
}

/// The commonest colour of a part of the picture.
QRgb groundOf(const QImage &picture, const QRect &part)
{
    QHash<QRgb, int> counts;
    for (int y = part.top(); y <= part.bottom(); ++y) {
        for (int x = part.left(); x <= part.right(); ++x)
            ++counts[picture.pixel(x, y)];
    }
    const auto most = std::max_element(counts.begin(), counts.end());
    return most == counts.end() ? qRgb(0, 0, 0) : most.key();
}

QRect surroundings(const PaintedWords &words, const QImage &picture)
{
    return (words.place & words.seen).toAlignedRect().adjusted(-3, -2, 3, 2) & picture.rect();
}

const QAbstractScrollArea *scrollAreaOf(const QWidget *widget)
{
    for (; widget; widget = widget->parentWidget()) {
        if (const auto *area = qobject_cast<const QAbstractScrollArea *>(widget))
            return area;
    }
    return nullptr;
}

/// Whether what is not seen can be scrolled to.
bool canScroll(const QWidget *widget, Qt::Orientation where)
{
    if (qobject_cast<const QTabBar *>(widget)) {
        const auto arrows = widget->findChildren<const QToolButton *>();
        return where == Qt::Horizontal && std::ranges::any_of(arrows, &QWidget::isVisible);
    }
    const auto *area = scrollAreaOf(widget);
    if (const auto *view = area ? qobject_cast<const QAbstractScrollArea *>(area->parentWidget()) : nullptr)
        area = view; // what the area is the header of
    const auto *bar = !area       ? nullptr
        : where == Qt::Horizontal ? area->horizontalScrollBar()
                                  : area->verticalScrollBar();
    return bar && bar->isVisible() && bar->maximum() > bar->minimum();
}

/// Why words are cut; empty: they are not, or can be scrolled to.
QString cutOf(const PaintedWords &words)
{
    constexpr double tolerance = 2; // pixels: letters may lean over their own width
    const bool aside =
        words.place.left() < words.seen.left() - tolerance || words.place.right() > words.seen.right() + tolerance;
    if (aside && !canScroll(words.widget, Qt::Horizontal))
        return u"%1..%2, seen %3..%4 across"_s.arg(words.place.left())
            .arg(words.place.right())
            .arg(words.seen.left())
            .arg(words.seen.right());
    const bool above =
        words.place.top() < words.seen.top() - tolerance || words.place.bottom() > words.seen.bottom() + tolerance;
    if (above && !canScroll(words.widget, Qt::Vertical))
        return u"%1..%2, seen %3..%4 down"_s.arg(words.place.top())
            .arg(words.place.bottom())
            .arg(words.seen.top())
            .arg(words.seen.bottom());
    return {};
}

/// Pixels after the words in which there is nothing, within the widget that painted them.
int roomBeside(const PaintedWords &words, const QImage &picture, QWidget &window)
{
    const QRect around = surroundings(words, picture);
    const QRgb ground = groundOf(picture, around);
    QRect within = picture.rect();
    if (words.widget)
        within &= QRect(words.widget->mapTo(&window, QPoint()), words.widget->size());
    const auto isFree = [&](int x) {
        for (int y = around.top(); y <= around.bottom(); ++y) {
            if (picture.pixel(x, y) != ground)
                return false;
        }
        return true;
    };
    int right = around.right();
    while (right < within.right() && isFree(right + 1))
        ++right;
    return right - around.right();
}

/// What widgets and actions are given to say: an ellipsis in there is no shortening.
QSet<QString> wordsGiven(QWidget &window)
{
    QSet<QString> given;
    const auto take = [&given](QString text) { given << text.section(u'\t', 0, 0).remove(u'&').trimmed(); };
    for (const auto *widget : QList<QWidget *>{&window} + window.findChildren<QWidget *>()) {
        for (const auto *action : widget->actions())
            take(action->text());
        for (const char *name : {"text", "placeholderText", "title", "plainText"}) {
            for (const auto &line : widget->property(name).toString().split(u'\n'))
                take(line);
        }
    }
    return given;
}

bool isShortened(const PaintedWords &words, const QSet<QString> &given)
{
    return words.text.contains(u'…')
        && std::none_of(given.begin(), given.end(), [&](const auto &one) { return one.contains(words.text); });
}

} // namespace

QList<PaintedWords> wordsPaintedBy(QWidget &window)
{
    WordsDevice device(window);
    {
        QPainter painter(&device);
        window.render(&painter, {}, {}, QWidget::DrawWindowBackground | QWidget::DrawChildren);
    }
    auto all = device.words;
    for (auto *plot : window.findChildren<gui::PlotView *>()) {
        const auto parts = plot->findChildren<QWidget *>(); // which cover it
        if (std::ranges::all_of(parts, [](const auto *part) { return part->visibleRegion().isEmpty(); }))
            continue;
        WordsDevice own(*plot);
        plot->paintTo(own, plot->width(), plot->height());
        const QRectF place(plot->mapTo(&window, QPoint()), plot->size());
        for (auto words : own.words) {
            words.place.translate(place.topLeft());
            words.seen = words.seen.translated(place.topLeft()) & place;
            words.widget = plot;
            all << words;
        }
    }
    return all;
}

QImage pictureOf(QWidget &window)
{
    QImage picture(window.size(), QImage::Format_RGB32);
    picture.fill(window.palette().window().color());
    window.render(&picture);
    return picture;
}

double contrastOf(const PaintedWords &words, const QImage &picture)
{
    const QColor ground(groundOf(picture, surroundings(words, picture)));
    const auto mixed = [&](float over, float under) {
        const float share = words.colour.alphaF();
        return over * share + under * (1 - share);
    };
    const auto seen =
        QColor::fromRgbF(mixed(words.colour.redF(), ground.redF()), mixed(words.colour.greenF(), ground.greenF()),
                         mixed(words.colour.blueF(), ground.blueF()));
    const double a = luminance(seen);
    const double b = luminance(ground);
    return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

namespace {

/// Columns that nobody can see: their view paints none of their words, so that none is found to be cut.
QStringList columnsOutOfSight(QWidget &window)
{
    QStringList complaints;
    for (const auto *header : window.findChildren<QHeaderView *>()) {
        if (header->orientation() != Qt::Horizontal || header->visibleRegion().isEmpty()
            || canScroll(header->parentWidget(), Qt::Horizontal))
            continue;
        if (header->length() > header->width() + 1)
            complaints << u"%1: columns of %2 pixels in %3"_s
                              .arg(QString::fromLatin1(header->parentWidget()->metaObject()->className()))
                              .arg(header->length())
                              .arg(header->width());
    }
    return complaints;
}

} // namespace

QStringList complaintsOf(QWidget &window)
{
    constexpr double leastContrast = 4.5; // of WCAG 2, level AA
    constexpr int room = 24; // pixels that would have held two letters more
    QStringList complaints = columnsOutOfSight(window);
    const auto all = wordsPaintedBy(window);
    const auto picture = pictureOf(window);
    const auto given = wordsGiven(window);
    for (qsizetype i = 0; i < all.size(); ++i) {
        const auto &words = all[i];
        const auto complain = [&](const QString &what) {
            const auto *by = words.widget ? words.widget->metaObject()->className() : "the window";
            complaints << u"%1 “%2”: %3"_s.arg(QString::fromLatin1(by), words.text.left(60), what);
        };
        if (const auto cut = cutOf(words); !cut.isEmpty())
            complain(u"cut, "_s + cut);
        if (const auto visible = words.place & words.seen; visible.isEmpty())
            continue; // to be scrolled to
        if (isShortened(words, given) && roomBeside(words, picture, window) >= room)
            complain(u"shortened beside %1 free pixels"_s.arg(roomBeside(words, picture, window)));
        for (qsizetype other = 0; other < i; ++other) {
            const auto both = words.place & words.seen & all[other].place & all[other].seen;
            if (both.width() > 2 && both.height() > 2 && all[other].text != words.text)
                complain(u"over “%1”"_s.arg(all[other].text.left(60)));
        }
        if (words.widget && !words.widget->isEnabled())
            continue; // not to be read now
        if (const auto *edit = qobject_cast<const QLineEdit *>(words.widget); edit && edit->hasSelectedText())
            continue; // painted twice, once without the selection
        if (const double reached = contrastOf(words, picture); reached < leastContrast)
            complain(u"contrast %1"_s.arg(reached, 0, 'f', 2));
    }
    return complaints;
}

} // namespace openloop::test
