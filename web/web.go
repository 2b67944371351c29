// Package web is the door for people with a browser and for programs on this machine: read-only pages and a
// JSON API on loopback, and the control door, a unix socket over which commands reach the daemon. It asks
// watch.Service everything and keeps nothing itself.
package web
