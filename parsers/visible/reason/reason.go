// Package reason holds what speaks for or against a price that a page shows, and what each such reason counts.
package reason

import "pricegap/parsers/visible/zone"

// Kind is a sort of reason.
type Kind uint8

// The sorts of reasons; Kind.String says each in words.
const (
	InFrame Kind = iota
	InAside
	InOthers
	InCart
	InReviews
	InExtra
	InForm
	Struck
	LeadsAway
	Alike
	Again
	ForMachines
	Large
	Small
	InText
	CalledPrice
	CalledNow
	CalledFormer
	Marked
	LabelledElse
	LabelledFormer
	LabelledNow
	LabelledPrice
	ElseBehind
	OtherKind
	ShortlyBefore
	BeforeHeadline
	BehindHeadline
	WithHeadline
	NearButton
	WithButton
	Late
	BesideLower
	UnseenText
	InTile
	kinds
)

// Weights are the points that each sort of reason counts where it holds in full, in hundredths. The bounds of visible.Page.Price
// are fixed, so the weights set how sure a price must be as well.
type Weights [kinds]int

// inUse are the weights in use; `make train` fits them anew and tells whether others do better on shops not seen.
var inUse = Weights{
	InFrame: -250, InAside: -120, InOthers: -260, InCart: -150, InReviews: -150, InExtra: -200, InForm: -150, Struck: -300,
	LeadsAway: -120, Alike: -200, Again: 60, ForMachines: 60, Large: 30, Small: -30, InText: -60,
	CalledPrice: 120, CalledNow: 60, CalledFormer: -200, Marked: 80,
	LabelledElse: -150, LabelledFormer: -200, LabelledNow: 140, LabelledPrice: 100, ElseBehind: -150, OtherKind: -200,
	ShortlyBefore: -20, BeforeHeadline: -150, BehindHeadline: 100, WithHeadline: 60, NearButton: 80, WithButton: 50, Late: -60,
	BesideLower: -200, UnseenText: -150, InTile: -260,
}

var names = [kinds]string{
	InFrame: "in the frame of the page", InAside: "beside the matter", InOthers: "among other products", InCart: "in the cart", InReviews: "in the reviews",
	InExtra: "in an extra", InForm: "in a filter", Struck: "struck through",
	LeadsAway: "leads elsewhere", Alike: "one of several alike", Again: "shown again", ForMachines: "named for machines", Large: "set large", Small: "set small",
	InText:      "within other text",
	CalledPrice: "called a price", CalledNow: "called the price now", CalledFormer: "called a former price", Marked: "marked as price",
	LabelledElse: "called something else", LabelledFormer: "labelled as a former price", LabelledNow: "labelled as the price now",
	LabelledPrice: "labelled as price", ElseBehind: "called something else behind it", OtherKind: "another kind of price",
	ShortlyBefore: "shortly before the headline", BeforeHeadline: "before the headline", BehindHeadline: "behind the headline",
	WithHeadline: "in the block of the headline", NearButton: "near the button to buy", WithButton: "in the block of the button", Late: "late on the page",
	BesideLower: "beside a lower price", UnseenText: "kept from the eye", InTile: "in the tile of another product",
}

// InUse returns the weights in use.
func InUse() Weights { return inUse }

// String says the sort in words.
func (k Kind) String() string { return names[k] }

// Reason is one reason: how far it holds, from 0 to 1, and the points that it counts then.
type Reason struct {
	Kind   Kind
	Share  float64
	Points int
}

// List is all that speaks for or against one price.
type List []Reason

// Add puts a reason on the list where it holds at all.
func (l *List) Add(k Kind, share float64) {
	if share > 0 {
		*l = append(*l, Reason{Kind: k, Share: share})
	}
}

// zones are what the part of a page says about a price in it.
var zones = []struct {
	zone zone.Set
	why  Kind
}{
	{zone.Frame, InFrame},
	{zone.Aside, InAside},
	{zone.Others, InOthers},
	{zone.Cart, InCart},
	{zone.Reviews, InReviews},
	{zone.Extra, InExtra},
	{zone.Form, InForm},
	{zone.Struck, Struck},
	{zone.Unseen, UnseenText},
}

// AddZones puts on the list what the part of a page in which a price stands says about it.
func (l *List) AddZones(in zone.Set) {
	for _, z := range zones {
		if in&z.zone != 0 {
			l.Add(z.why, 1)
		}
	}
}

// Has reports whether a sort of reason is on the list.
func (l List) Has(k Kind) bool {
	for _, r := range l {
		if r.Kind == k {
			return true
		}
	}
	return false
}

// Unsaid is the sum without what words say of the kind of a price, and whether they say anything.
func (l List) Unsaid() (sum int, said bool) {
	for _, r := range l {
		switch r.Kind {
		case LabelledElse, ElseBehind, OtherKind:
			said = true
		default:
			sum += r.Points
		}
	}
	return sum, said
}

// Sum sets the points of each reason by w and returns their sum.
func (l List) Sum(w *Weights) (sum int) {
	for i := range l {
		r := &l[i]
		r.Points = int(float64(w[r.Kind]) * r.Share)
		sum += r.Points
	}
	return sum
}
