module pricegap/bench

go 1.26.0

require pricegap v0.0.0

replace pricegap => ../
