// Package hydro is the science of the sample: storm runoff from sub-basins by the methods of the U.S. Natural Resources Conservation Service, routed to
// one outlet.
//
// For each sub-basin, [Simulate] goes the classical way: how much of the rain runs off ([EffectiveRain], the curve number), when it leaves the sub-basin
// ([UnitHydrograph], the dimensionless unit hydrograph), and when it passes the outlet ([Route], Muskingum). [Gather] sums what arrives there.
// The result is direct runoff: base flow is left out.
//
// The equations are those of the National Engineering Handbook, part 630 (NEH-630), Hydrology: chapter 10 for runoff from rain, 15 for the lag and 16 for the
// hydrographs. Units are those of a metric hydrologist: mm, km², hours, m³/s.
package hydro
