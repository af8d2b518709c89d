import ibis
import pandas as pd
import psycopg


def test_the_browser_runs_scripts(browser):
    page = browser.new_page()
    page.set_content("<p id='sum'></p><script>sum.textContent = 40 + 2</script>")
    assert page.inner_text("#sum") == "42"
    page.close()


def test_a_table_written_through_ibis_is_read_by_psycopg(postgres_url):
    backend = ibis.connect(postgres_url)
    backend.create_table("orders", pd.DataFrame({"amount": [1.5, 2.5]}), temp=False)
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("select sum(amount) from orders").fetchone() == (4.0,)
    backend.drop_table("orders")
    backend.disconnect()


def test_the_shared_folder_holds_parquet(shared_data):
    assert list(shared_data.glob("*/*.parquet"))
