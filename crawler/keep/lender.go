package keep

import "context"

// Value is a state and its key.
type Value struct {
	Key   string
	Value []byte
}

// Lender is a Keeper that can lend what it is told to keep to somebody who keeps it together with something else. It is for one
// goroutine.
type Lender struct {
	Keeper
	lends bool
	lent  []Value
}

// Lend returns what do puts, in order. Nothing of it is kept, and what do puts it must not change later.
func (l *Lender) Lend(do func() error) ([]Value, error) {
	l.lends = true
	err := do()
	lent := l.lent
	l.lends, l.lent = false, nil
	return lent, err
}

// PutState implements Keeper.
func (l *Lender) PutState(ctx context.Context, key string, value []byte) error {
	if !l.lends {
		return l.Keeper.PutState(ctx, key, value)
	}
	l.lent = append(l.lent, Value{key, value})
	return nil
}
