package hostile

import (
	"pricegap/crawler/shoptest/hostile/act"
	"pricegap/market"
)

// H05–H07: connections.
var connectionCases = []act.Entry{
	{Case: act.Case{ID: "H05", Variant: "refused", Title: "refuses the connection", Want: act.Kinds(market.FailConnectRefused)}, Serve: act.Page(act.Product(1)), Hello: act.Hello{Refused: true}},
	{Case: act.Case{ID: "H05", Variant: "reset", Title: "resets the connection after the request", Want: act.Kinds(market.FailProtocolError)}, Serve: func(x *act.Exchange) { x.Hijack(act.Pipe.Reset) }},
	{Case: act.Case{ID: "H06", Variant: "silent", Title: "accepts and never answers", Want: act.Kinds(market.FailHeaderTimeout)}, Serve: act.Silent},
	{Case: act.Case{ID: "H07", Variant: "close", Title: "closes after 0 bytes", Want: act.Kinds(market.FailProtocolError)}, Serve: act.Raw("")},
}
