// Package figure draws a flood as a hydrologist expects it: the rain hanging from the top, the discharge at the outlet below it, on one axis of time.
//
// The picture is an SVG that needs nothing else: no script, no font, no other file. It follows the reader's light or dark theme.
package figure
