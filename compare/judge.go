package compare

import (
	"pricegap/market"
	"pricegap/market/money"
)

// judge fills in gaps, rank, lowest and index from the prices of the positions.
func (s *Standing) judge() {
	ours := s.Ours.On(s.Basis)
	if s.Ours.Comparable {
		s.Lowest, s.LowestPrice = s.Ours.Source, ours
	}
	var sum money.Amount
	rivals, cheaper := int64(0), int64(0)
	for i := range s.Rivals {
		r := &s.Rivals[i]
		if !r.Comparable {
			continue
		}
		theirs := r.On(s.Basis)
		if c, err := theirs.Cmp(s.LowestPrice); err != nil && !s.LowestPrice.Known() || err == nil && c < 0 {
			s.Lowest, s.LowestPrice = r.Source, theirs
		}
		if !s.Ours.Comparable {
			continue
		}
		gap, err := theirs.Sub(ours)
		if err != nil {
			continue
		}
		r.Gap = gap
		if bp, err := theirs.BasisPoints(ours); err == nil {
			r.GapBasisPoints = market.CountOf(bp)
		}
		if gap.Sign() < 0 {
			cheaper++
		}
		if rivals++; rivals == 1 {
			sum = theirs
		} else if sum, err = sum.Add(theirs); err != nil {
			sum = money.Amount{} // beyond the range of an amount: no index rather than a wrong one
		}
	}
	if rivals == 0 {
		return
	}
	s.Rank = market.CountOf(cheaper + 1)
	if all, err := ours.Scale(rivals, 1); err == nil {
		if bp, err := all.Share(sum); err == nil {
			s.Index = market.CountOf(bp)
		}
	}
}
