// Says so on the page when the browser could not use a key; allauth only writes it to the console.
document.addEventListener("allauth.error", (event) => {
  const notice = document.getElementById("key-refused");
  if (notice) {
    event.preventDefault();
    notice.hidden = false;
  }
});
