package slackapp

import (
	"cmp"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"pricegap/alerts/formula"
	"pricegap/alerts/notify/button"
	"pricegap/compare"
	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/web/facts"
)

// maxRivals is how many shops a card shows; the nearest to a sale first.
const maxRivals = 12

// answer is what is known of a product for one person.
type answer struct {
	standing compare.Standing
	verdicts []policy.Verdict
	// others are further products that may be meant.
	others []market.Product
	// shared says that a whole channel sees it, without buttons.
	shared bool
	// notes stand at the end: what is being done, or could not be.
	notes []string
}

// card writes an answer as Block Kit, and the line that stands for it in notifications.
func (a *App) card(x answer) (blocks []slack.Block, text string) {
	s := x.standing
	title := cmp.Or(foreign(s.Product.Title), string(s.Product.ID))
	blocks = append(blocks, slack.NewHeaderBlock(plain(cut(title, maxHeader))), a.ourSide(s))
	end := a.footer(x)
	room, shown := maxChars-chars(end...)-chars(blocks...), 0
	rivals := a.rivals(s)
	for _, p := range rivals {
		bs := a.theirSide(p, x.verdicts)
		size := chars(bs...)
		if shown == maxRivals || size > room || len(blocks)+len(bs)+len(end)+1 > maxBlocks {
			break
		}
		blocks, room, shown = append(blocks, bs...), room-size, shown+1
	}
	switch {
	case len(rivals) == 0:
		blocks = append(blocks, slack.NewContextBlock("", plain(a.say("nobody"))))
	case shown < len(rivals):
		blocks = append(blocks, slack.NewContextBlock("", plain(a.say("more", len(rivals)-shown))))
	}
	return append(blocks, end...), title + ": " + a.tongue.Money(s.Ours.Price)
}

// rivals are those of whom anything is known, the cheapest comparable first.
func (a *App) rivals(s compare.Standing) (out []*compare.Position) {
	for i := range s.Rivals {
		if p := &s.Rivals[i]; p.Seen.Listing != "" || p.Held != nil {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(x, y *compare.Position) int {
		if x.Comparable != y.Comparable {
			if x.Comparable {
				return -1
			}
			return 1
		}
		if !x.Comparable {
			return 0
		}
		return cmp.Compare(x.On(s.Basis).Micros(), y.On(s.Basis).Micros())
	})
	return out
}

// ourSide says who we are in this, and how old that is: our own feed may stand still.
func (a *App) ourSide(s compare.Standing) slack.Block {
	var r rich
	r.text(a.say("ours", a.tongue.Money(s.Ours.Price)), true)
	o := s.Ours.Seen.Offer
	if s.Ours.Seen.Listing != "" {
		r.text(" · "+a.tongue.Word("stock_"+string(o.Stock))+" · "+a.say("seen", a.tongue.Age(s.Ours.Age)), false)
	}
	if s.Ours.NotBecause != "" {
		r.line(a.tongue.Word("not_" + string(s.Ours.NotBecause)))
	}
	r.line(a.say("article", inert(string(s.Product.ID))), ean(s.Product.GTIN))
	return r.block()
}

func ean(gtin string) string {
	if gtin == "" {
		return ""
	}
	return "EAN " + facts.EAN(gtin)
}

// theirSide says what a rival offers, what differs, and whether the price may be matched, with the buttons about it.
func (a *App) theirSide(p *compare.Position, vs []policy.Verdict) []slack.Block {
	l, o := a.tongue, &p.Seen.Offer
	var r rich
	r.text(p.Name+"  "+l.Money(p.Price), true)
	if p.Gap.Known() {
		r.text(" ("+l.Signed(p.Gap)+", "+l.Percent(p.GapBasisPoints)+")", false)
	}
	if p.Seen.Listing != "" {
		stock, delivered, delivery := l.Word("stock_"+string(o.Stock)), "", foreign(o.DeliveryText)
		if p.Delivered.Known() {
			delivered = a.say("delivered", l.Money(p.Delivered))
		}
		if n, ok := o.DeliveryDays.Get(); ok && delivery == "" {
			delivery = l.Number(market.CountOf(n), "days")
		}
		r.line(stock, delivered, delivery, a.say("seen", l.Age(p.Age)))
		r.link(formula.Page(&p.Seen), a.say("page"))
	}
	if p.NotBecause != "" {
		r.line(l.Word("not_" + string(p.NotBecause)))
	}
	if p.Held != nil {
		r.line(a.say("checked"))
	}
	var points []string
	for _, adv := range p.Advantages {
		points = append(points, l.Words(adv.Ours))
	}
	if len(points) > 0 {
		r.line(a.say("we also", cut(strings.Join(points, ", "), maxHeader*2)))
	}
	for _, v := range vs {
		if v.Source == p.Source {
			r.line(a.verdict(v))
		}
	}
	return []slack.Block{r.block()}
}

// verdict says a verdict in a line.
func (a *App) verdict(v policy.Verdict) string {
	price, less := a.tongue.Money(v.Price), a.tongue.Money(v.Discount)
	switch {
	case v.Outcome == policy.Match:
		return a.say("MATCH", price, less)
	case v.Outcome == policy.Refer && v.Price.Known():
		return a.say("REFER at", a.say(string(v.To)), price, less)
	case v.Outcome == policy.Refer:
		return a.say("REFER", a.say(string(v.To)))
	}
	return a.say("DECLINE")
}

// buttons are what may be said of a product; without a bot token no form can be opened.
func (a *App) buttons(x answer) slack.Block {
	block := button.Block(button.Product, string(x.standing.Product.ID))
	if x.shared || a.api == nil || block == "" {
		return nil
	}
	b := slack.NewActionBlock(block)
	for _, what := range button.Answer {
		b.Elements.ElementSet = append(b.Elements.ElementSet, slack.NewButtonBlockElement(button.Action(what), what, plain(button.Label(string(a.tongue), what))))
	}
	return b
}

// footer says what else may be meant, how old all of this is, and what is being done.
func (a *App) footer(x answer) (out []slack.Block) {
	var names []string
	for _, p := range x.others {
		names = append(names, cut(foreign(p.Title), 60)+" ("+inert(string(p.ID))+")")
	}
	if len(names) > 0 {
		out = append(out, slack.NewContextBlock("", plain(a.say("also", strings.Join(names, ", ")))))
	}
	if b := a.buttons(x); b != nil {
		out = append(out, b)
	}
	notes := append([]string{a.say("as of", a.tongue.Moment(x.standing.At.In(a.Zone)))}, x.notes...)
	return append(out, slack.NewContextBlock("", plain(cut(strings.Join(notes, " · "), 2000))))
}
