// Package fail names the points between the steps of what a store does, at which a harness lets it go wrong. Without the build
// tag failpoint a point is nothing.
package fail

import "errors"

// ErrAsked is what a point returns that was asked to fail.
var ErrAsked = errors.New("store: failed as asked")
