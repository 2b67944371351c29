package visible

import (
	"cmp"
	"slices"
)

// reason is what speaks for or against a candidate.
type reason uint8

const (
	inFrame reason = iota
	inAside
	inOthers
	inCart
	inReviews
	inExtra
	inForm
	struck
	leadsAway
	alike
	again
	forMachines
	large
	small
	inText
	calledPrice
	calledNow
	calledFormer
	marked
	labelledElse
	labelledFormer
	labelledNow
	labelledPrice
	elseBehind
	otherKind
	shortlyBefore
	beforeHeadline
	behindHeadline
	withHeadline
	nearButton
	withButton
	late
	besideLower
	unseenText
	inTile
	reasons
)

// Weights are the points that each reason counts where it holds in full, in hundredths. The bounds of Page.Price are fixed,
// so the weights set how sure a price must be as well.
type Weights [reasons]int

// weights are those in use; `make train` fits them anew and tells whether others do better on shops not seen.
var weights = Weights{
	inFrame: -250, inAside: -120, inOthers: -260, inCart: -150, inReviews: -150, inExtra: -200, inForm: -150, struck: -300,
	leadsAway: -120, alike: -200, again: 60, forMachines: 60, large: 30, small: -30, inText: -60,
	calledPrice: 120, calledNow: 60, calledFormer: -200, marked: 80,
	labelledElse: -150, labelledFormer: -200, labelledNow: 140, labelledPrice: 100, elseBehind: -150, otherKind: -200,
	shortlyBefore: -20, beforeHeadline: -150, behindHeadline: 100, withHeadline: 60, nearButton: 80, withButton: 50, late: -60,
	besideLower: -200, unseenText: -150, inTile: -260,
}

var reasonNames = [reasons]string{
	inFrame: "in the frame of the page", inAside: "beside the matter", inOthers: "among other products", inCart: "in the cart", inReviews: "in the reviews",
	inExtra: "in an extra", inForm: "in a filter", struck: "struck through",
	leadsAway: "leads elsewhere", alike: "one of several alike", again: "shown again", forMachines: "named for machines", large: "set large", small: "set small",
	inText:      "within other text",
	calledPrice: "called a price", calledNow: "called the price now", calledFormer: "called a former price", marked: "marked as price",
	labelledElse: "called something else", labelledFormer: "labelled as a former price", labelledNow: "labelled as the price now",
	labelledPrice: "labelled as price", elseBehind: "called something else behind it", otherKind: "another kind of price",
	shortlyBefore: "shortly before the headline", beforeHeadline: "before the headline", behindHeadline: "behind the headline",
	withHeadline: "in the block of the headline", nearButton: "near the button to buy", withButton: "in the block of the button", late: "late on the page",
	besideLower: "beside a lower price", unseenText: "kept from the eye", inTile: "in the tile of another product",
}

// InUse returns the weights that Read uses.
func InUse() Weights { return weights }

// Name is the name of the reason at index i of Weights.
func (Weights) Name(i int) string { return reasonNames[i] }

// Reason is one reason for or against a candidate: how far it holds, from 0 to 1, and the points that it counts then.
type Reason struct {
	Share  float64
	Points int
	kind   reason
}

// Name is the name of a reason.
func (r Reason) Name() string { return reasonNames[r.kind] }

func (c *Candidate) add(why reason, share float64) {
	if share > 0 {
		c.Why = append(c.Why, Reason{kind: why, Share: share})
	}
}

// sum sums up the reasons for a candidate.
func (c *Candidate) sum(w *Weights) {
	c.Score = 0
	for i := range c.Why {
		r := &c.Why[i]
		r.Points = int(float64(w[r.kind]) * r.Share)
		c.Score += r.Points
	}
}

// Weigh sums up the reasons for every candidate by other weights and puts the best first.
func (p *Page) Weigh(w *Weights) {
	slices.SortFunc(p.Candidates, func(a, b Candidate) int { return cmp.Compare(a.at, b.at) })
	for i := range p.Candidates {
		c := &p.Candidates[i]
		if c.paired { // by other weights
			c.Reference, c.paired, c.Why = false, false, c.Why[:len(c.Why)-1]
		}
		c.sum(w)
	}
	p.pairs(w)
	slices.SortStableFunc(p.Candidates, func(a, b Candidate) int { return cmp.Compare(b.Score, a.Score) })
}
