package bolt

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestReaders: who began before a Wait is waited for, in that one and, where it gave up, in the next; who began since is not.
func TestReaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r Readers
		if !r.Wait(0) {
			t.Error("nobody reads")
		}
		first := r.Enter()
		if r.Wait(time.Second) {
			t.Error("the first was not waited for")
		}
		second := r.Enter()
		go func() {
			time.Sleep(time.Minute)
			first()
		}()
		began := time.Now()
		for range 2 {
			if r.Wait(time.Second) {
				t.Error("the first was forgotten")
			}
		}
		second()
		third := make(chan func(), 1)
		go func() {
			time.Sleep(10 * time.Second)
			third <- r.Enter() // begins while somebody waits
		}()
		if !r.Wait(time.Hour) || time.Since(began) > 2*time.Minute {
			t.Error("who began since was waited for")
		}
		(<-third)()
	})
}
