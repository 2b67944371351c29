package hostile

import "pricegap/market"

// H05–H07: connections.
var connectionCases = []entry{
	{Case: Case{ID: "H05", Variant: "refused", Title: "refuses the connection", Want: kinds(market.FailConnectRefused)}, serve: page(product(1)), hello: hello{refused: true}},
	{Case: Case{ID: "H05", Variant: "reset", Title: "resets the connection after the request", Want: kinds(market.FailProtocolError)}, serve: func(x *exchange) { x.hijack(pipe.reset) }},
	{Case: Case{ID: "H06", Variant: "silent", Title: "accepts and never answers", Want: kinds(market.FailHeaderTimeout)}, serve: silent},
	{Case: Case{ID: "H07", Variant: "close", Title: "closes after 0 bytes", Want: kinds(market.FailProtocolError)}, serve: raw("")},
}

func silent(x *exchange) { x.hijack(pipe.hold) }
