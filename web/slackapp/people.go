package slackapp

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/watch/feedback"
)

// membersFor is how long the members of a user group are believed.
const membersFor = 10 * time.Minute

// person is somebody of the staff.
type person struct {
	// id is the Slack user id: all that is kept of a person.
	id   string
	role policy.Role
	// store is where the person has that role, "" for none; stores are all of them.
	store  string
	stores []string
}

// by is that person in a word.
func (p person) by() feedback.By { return feedback.By{ID: p.id, Role: p.role, Store: p.store} }

// may reports whether a person has at least that role.
func (p person) may(least policy.Role) bool {
	return slices.Index(policy.Roles, p.role) >= slices.Index(policy.Roles, least)
}

// people knows who works where. It is safe for concurrent use.
type people struct {
	staff   []market.Staff
	members func(ctx context.Context, group string) ([]string, error)
	clock   market.Clock

	mu     sync.Mutex
	groups map[string]group
}

// group is a user group of Slack as it was at a moment.
type group struct {
	users []string
	at    time.Time
}

func newPeople(staff []market.Staff, members func(context.Context, string) ([]string, error), clock market.Clock) *people {
	return &people{staff: staff, members: members, clock: clock, groups: map[string]group{}}
}

// of returns who a user is: of several roles the highest counts. ok is false for who is not of the staff. The error is that of
// the question who is in a group, where nothing else makes the user one of the staff.
func (p *people) of(ctx context.Context, user string) (who person, ok bool, err error) {
	who.id = user
	for _, s := range p.staff {
		in := s.Slack == user
		if strings.HasPrefix(s.Slack, "S") {
			var e error
			if in, e = p.in(ctx, s.Slack, user); e != nil {
				err = e
			}
		}
		if !in || user == "" {
			continue
		}
		if role := policy.Role(s.Role); !ok || !who.may(role) {
			who.role, who.store = role, s.Branch
		}
		if s.Branch != "" && !slices.Contains(who.stores, s.Branch) {
			who.stores = append(who.stores, s.Branch)
		}
		ok = true
	}
	if ok {
		err = nil
	}
	return who, ok, err
}

// in reports whether a user is in a group. While Slack cannot be asked, nobody is who was not a moment ago.
func (p *people) in(ctx context.Context, id, user string) (bool, error) {
	p.mu.Lock()
	g, known := p.groups[id]
	p.mu.Unlock()
	if now := p.clock(); !known || now.Sub(g.at) > membersFor {
		users, err := p.members(ctx, id)
		if err != nil {
			return false, err
		}
		g = group{users, now}
		p.mu.Lock()
		p.groups[id] = g
		p.mu.Unlock()
	}
	return slices.Contains(g.users, user), nil
}

// members asks Slack who is in a user group. Without a bot token nobody is.
func (a *App) members(ctx context.Context, id string) ([]string, error) {
	if a.api == nil {
		return nil, nil
	}
	users, err := a.api.GetUserGroupMembersContext(ctx, id)
	return users, a.safe(err)
}
