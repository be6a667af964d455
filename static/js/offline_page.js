// Stands where another page would be: it is that page's address that is tried again.

document.getElementById("kept").hidden = !localStorage.getItem("journify.kept");
document.getElementById("again").href = location.href;
addEventListener("online", () => location.reload());
