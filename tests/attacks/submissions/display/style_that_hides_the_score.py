"""Restyles the page: hides the score, lays another one over it, and draws outside its own box."""

CELL = """\
from IPython.display import HTML, display
display(HTML("<style>.total, .verdict, nav { display: none !important } body { visibility: hidden }</style>"))
display(HTML("<div style='position:fixed;top:0;left:0;width:100vw;height:100vh;background:white;z-index:9999'>10 of 10</div>"))
display(HTML("<p class='total' style='margin-top:-4000px'>10 of 10 points</p><link rel=stylesheet href='data:text/css,.total{display:none}'>"))
display(HTML("</div></section></main><p class=total>10</p><table width=9999 height=9999><tr><td height=9999 width=9999>x</table>"))
display(HTML("<font size=7 color=white>x</font><center><marquee>10 of 10 points</marquee></center><dialog open>10 of 10</dialog>"))
"""
EXPECTED = 3
