package market

import (
	"time"

	"pricegap/market/money"
)

// AlertState is where an alert is in its life.
type AlertState string

// The states of an alert.
const (
	AlertInactive   AlertState = "inactive"
	AlertPending    AlertState = "pending"    // the condition holds, its waiting time has not passed
	AlertFiring     AlertState = "firing"     // staff should know
	AlertRecovering AlertState = "recovering" // the condition no longer holds, its clearing time has not passed
	AlertResolved   AlertState = "resolved"   // staff should know that it is over
)

// Topic is what an alert is about: a product of ours, a rival's listing of it, or a whole source. Two
// findings of one rule on one topic are the same alert.
type Topic struct {
	Product ProductID `json:"product,omitzero"`
	Source  SourceID  `json:"source,omitzero"`
	Listing ListingID `json:"listing,omitzero"`
}

// Side is what one shop says about a product at the moment of an alert.
type Side struct {
	Source    SourceID     `json:"source"`
	Name      string       `json:"name"` // of the shop, as configured
	Price     money.Amount `json:"price,omitzero"`
	Delivered money.Amount `json:"delivered,omitzero"` // price plus shipping
	Shipping  money.Amount `json:"shipping,omitzero"`
	Stock     Stock        `json:"stock,omitzero"`
	// DeliveryDays and DeliveryText are the delivery promise.
	DeliveryDays Count `json:"delivery_days,omitzero"`
	DeliveryText Text  `json:"delivery_text,omitzero"`
	// URL is the page to look at.
	URL string `json:"url,omitzero"`
	// SeenAt is when this was last seen.
	SeenAt time.Time `json:"seen_at,omitzero"`
}

// Advantage is one selling point of ours beside what the rival is known to offer, or one of theirs beside ours.
type Advantage struct {
	Kind PointKind `json:"kind"`
	// Ours and Theirs say it, by language; the one that is empty is not known.
	Ours   map[string]string `json:"ours"`
	Theirs map[string]string `json:"theirs,omitzero"`
}

// Verdict is what our price-match policy says of a rival's price to a member of staff. It never holds a floor.
type Verdict struct {
	// Outcome is "MATCH", "REFER" or "DECLINE"; empty where no policy has spoken.
	Outcome string `json:"outcome"`
	// To is who decides where the outcome is REFER: "staff", "shift_lead", "manager" or "buyer".
	To string `json:"to,omitzero"`
	// Price is what we would ask; unknown with DECLINE.
	Price money.Amount `json:"price,omitzero"`
	// Failed are the rules that do not hold, Unknown those of which that is not known.
	Failed  []string `json:"failed,omitzero"`
	Unknown []string `json:"unknown,omitzero"`
	// At is the moment of which it is true.
	At time.Time `json:"at"`
}

// Facts are what a message about an alert says. They are copied into the alert when its state changes,
// so that the message can be told, and explained, later.
type Facts struct {
	Title Text `json:"title,omitzero"`
	Brand Text `json:"brand,omitzero"`
	// Category serves routing and grouping.
	Category Text `json:"category,omitzero"`
	Ours     Side `json:"ours,omitzero"`
	Theirs   Side `json:"theirs,omitzero"`
	// Before is their price, or ours, before a price change.
	Before money.Amount `json:"before,omitzero"`
	// StockBefore is their stock before a stock change.
	StockBefore Stock `json:"stock_before,omitzero"`
	// Gap is theirs minus ours on Basis ("shelf" or "delivered"); GapBasisPoints the same in hundredths of a
	// percent of our price.
	Basis          string       `json:"basis,omitzero"`
	Gap            money.Amount `json:"gap,omitzero"`
	GapBasisPoints Count        `json:"gap_basis_points,omitzero"`
	// Against is "lowest" or "median" where Theirs is the shop that stands for all rivals, by its price.
	Against string `json:"against,omitzero"`
	// Rank is our place by shelf price among Of shops, 1 the cheapest; Index our price as a share of the mean of the rivals,
	// in hundredths of a percent. Unknown unless all of them are known.
	Rank  Count `json:"rank,omitzero"`
	Of    int   `json:"of,omitzero"`
	Index Count `json:"index_basis_points,omitzero"`
	// Promotion is "started" or "ended"; Reference is their struck-through price.
	Promotion string       `json:"promotion,omitzero"`
	Reference money.Amount `json:"reference,omitzero"`
	// Lowest is the lowest price that stood in the Days before.
	Lowest money.Amount `json:"lowest,omitzero"`
	Days   int          `json:"days,omitzero"`
	// Seller is who sells on their page now, SellerBefore who did.
	Seller       Text `json:"seller,omitzero"`
	SellerBefore Text `json:"seller_before,omitzero"`
	// EndedAt is when a run saw that their page has ended for good.
	EndedAt time.Time `json:"ended_at,omitzero"`
	// Doubt is why their listing may sell another article: "gtin", "score" or "price".
	Doubt string `json:"doubt,omitzero"`
	// Advantages are the selling points of ours that the rival does not match, Drawbacks those of theirs that we
	// do not match.
	Advantages []Advantage `json:"advantages,omitzero"`
	Drawbacks  []Advantage `json:"drawbacks,omitzero"`
	// Even are the points of which both are known, and neither is known to be better.
	Even []Advantage `json:"even,omitzero"`
	// Verdict is that on their price when it became a fact; its Outcome is empty where there is no policy, or no price.
	Verdict Verdict `json:"verdict,omitzero"`
	// Failures are the reasons of a blind source, most frequent first.
	Failures []FailureKind `json:"failures,omitzero"`
	// Odd is what is odd of a shop that changed as a whole.
	Odd []Oddity `json:"odd,omitzero"`
	// LastGoodAt is when a blind source was last seen well.
	LastGoodAt time.Time `json:"last_good_at,omitzero"`
}

// Told is what one channel was told about an alert.
type Told struct {
	// State is the last state the channel knows: "", firing or resolved.
	State AlertState `json:"state,omitzero"`
	// Transition is the number of the transition that was told; see Alert.Transition.
	Transition int `json:"transition,omitzero"`
	// SendingAt is set before a message is handed to the channel and cleared when its answer is known. An alert
	// found with SendingAt after a restart may have been told; it is told again, marked as a possible repeat.
	SendingAt time.Time `json:"sending_at,omitzero"`
	// SendingID and SendingTransition are, while SendingAt is set, the message's id and the transition that it tells: by the
	// id the channel is asked whether it arrived, though what else it told may have changed since.
	SendingID         string `json:"sending_id,omitzero"`
	SendingTransition int    `json:"sending_transition,omitzero"`
	// At is when the channel confirmed, Reference how it calls the message (Slack's ts).
	At        time.Time `json:"at,omitzero"`
	Reference string    `json:"reference,omitzero"`
	// Attempts counts failed deliveries in a row; NotBefore is when to try again; Error is the last failure,
	// safe to show; Dead says that the channel refused it for good.
	Attempts  int       `json:"attempts,omitzero"`
	NotBefore time.Time `json:"not_before,omitzero"`
	Error     string    `json:"error,omitzero"`
	Dead      bool      `json:"dead,omitzero"`
	// Late says that the transition was more than a day old before the channel could be told: it is listed, not
	// sent.
	Late bool `json:"late,omitzero"`
}

// Alert is one rule holding, or having held, about one topic.
type Alert struct {
	// ID is made of rule and topic; it is stable for the life of both.
	ID    string `json:"id"`
	Rule  string `json:"rule"` // the rule's name in sources.yaml
	Kind  string `json:"kind"` // the kind of the rule, such as undercut; see alerts/rule
	Topic Topic  `json:"topic"`

	State AlertState `json:"state"`
	// Since is when the state began; FiredAt when it last began to fire; ResolvedAt when it last ended.
	Since      time.Time `json:"since"`
	FiredAt    time.Time `json:"fired_at,omitzero"`
	ResolvedAt time.Time `json:"resolved_at,omitzero"`
	// Transition counts the beginnings and endings of firing; odd while it fires.
	Transition int `json:"transition"`
	// News is the transition with which that began which staff are told: an alert that ends and soon comes back is the
	// same news. Returns counts how often in a row it came back so.
	News    int `json:"news,omitzero"`
	Returns int `json:"returns,omitzero"`
	// SeenAt is when that was seen for which it began to wait.
	SeenAt time.Time `json:"seen_at,omitzero"`
	// Acked says who has taken it on; it ends with the news.
	Acked Acknowledgement `json:"acked,omitzero"`
	// Once says that it happened and has no end of its own: it is over when every channel was told, or when it
	// is undone.
	Once bool `json:"once,omitzero"`
	// ChangeSeq is the change in the log that led to the present state; 0 for a tick.
	ChangeSeq uint64 `json:"change_seq,omitzero"`
	Facts     Facts  `json:"facts"`
	// Channels are the channels that it goes to, and Told what each of them knows.
	Channels []string        `json:"channels,omitzero"`
	Told     map[string]Told `json:"told,omitzero"`
	// Escalated are those of Channels that it goes to since nobody took it on.
	Escalated []string `json:"escalated,omitzero"`
}

// Acknowledgement says who has taken an alert on, and when.
type Acknowledgement struct {
	By Text      `json:"by"`
	At time.Time `json:"at"`
}

// Knows reports whether a channel of which t is known was told of what a fires for, and not of its end. Where an end
// and another beginning went by before anybody could be told, nothing has changed for the channel.
func (a Alert) Knows(t Told) bool {
	return t.State == AlertFiring && (t.Transition >= a.News || !a.Once && t.Transition%2 == 1)
}
